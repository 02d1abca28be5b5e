// Requests in flight out of starts and ends, where both are known.

import Testing

@testable import Statistics

@Suite struct InFlightTests {
    private func observations(_ spans: [(Double, Double)], most: Int = 100) -> Observations {
        var observations = Observations(most: most)
        for (start, end) in spans {
            let (start, end) = (Int64(start * 1e9), Int64(end * 1e9))
            observations.append(Observation(scheduled: start, started: start, ended: end))
        }
        return observations
    }

    private func window(_ from: Double, _ to: Double) -> Range<Int64> { Int64(from * 1e9)..<Int64(to * 1e9) }

    @Test func whatFallsIntoTheWindowCounts() {
        let spans = observations([(0, 4), (1, 2), (3, 9), (20, 30)])
        // 4 + 1 + 5 seconds of 8; the third begins before the first ends.
        #expect(InFlight(spans, window: window(0, 8)) == InFlight(mean: 10.0 / 8, most: 2))
        #expect(InFlight(spans, window: window(10, 20)) == InFlight(mean: 0, most: 0))
    }

    /// A burst that is over before a sampler looks: 50 requests of 20 ms in a second.
    @Test func aShortBurstIsSeen() {
        let burst = observations((0..<50).map { _ in (0.5, 0.52) })
        let found = InFlight(burst, window: window(0, 1))
        #expect(found.most == 50 && abs(found.mean - 1) < 1e-9)
        #expect(PerSecond.inFlight(burst, window: window(0, 1)) == [0])
    }

    /// One after the other is one at once, to the millisecond.
    @Test func neighboursDoNotMeet() {
        let chain = observations((0..<80).map { (Double($0) * 0.1, Double($0) * 0.1 + 0.0999) })
        #expect(InFlight(chain, window: window(0, 8)).most == 1)
    }

    @Test func aSampleStandsForAll() {
        let half = observations((0..<200).map { _ in (0, 1) })
        #expect(half.weight == 2 && InFlight(half, window: window(0, 1)) == InFlight(mean: 200, most: 200))
    }
}
