// Counter, rate and gauge: the little arithmetic they have, and k6's quirk of the gauge's maximum.

import Testing

@testable import Metrics

struct SmallKindsTests {
    @Test func counterRate() {
        var counter = Counter()
        counter.add(3)
        counter.add()
        #expect(counter.total == 4)
        #expect(counter.rate(overSeconds: 8) == 0.5)
        #expect(counter.rate(overSeconds: 0) == 0)
    }

    @Test func rateCountsNonZeroSamples() {
        var rate = Rate()
        #expect(rate.value == 0)
        for sample in [true, false, false, true] { rate.add(sample) }
        #expect(rate.value == 0.5)
        #expect((rate.passes, rate.fails) == (2, 2))
        rate.merge(Rate(passes: 4, total: 4))
        #expect(rate.value == 0.75)
    }

    @Test func gaugeMaximumStartsAtZeroInK6() {
        var gauge = Gauge()
        gauge.set(-2)
        #expect((gauge.value, gauge.min, gauge.max, gauge.k6Max) == (-2, -2, -2, 0))
        gauge.set(7)
        gauge.set(3)
        #expect((gauge.value, gauge.min, gauge.max, gauge.k6Max) == (3, -2, 7, 7))
    }
}
