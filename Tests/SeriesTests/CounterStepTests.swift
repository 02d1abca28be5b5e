// What `increase` and `rate` need of a counter: a sample before the first step, and samples while nothing happens.

import Generator
import Metrics
import RemoteWrite
import Testing

@testable import Series

struct CounterStepTests {
    private static let start = Records.origin / 1_000_000
    private let second: Int64 = 1_000_000_000

    /// Everything that appears late: each kind of failure, an odd answer, a reason to finish, a drop, a pause, an
    /// interruption, a label, a redirect's target.
    private func eventful(_ statistics: inout RunStatistics, at milliseconds: Int64) {
        for (offset, status) in [429, 500, 302, 404].enumerated() {
            statistics.consume(Records.request(end: milliseconds + Int64(offset), latency: 100, status: UInt16(status)))
        }
        var odd = Records.request(label: 1, end: milliseconds + 10, latency: 100)
        odd.flags.insert(.withoutContent)
        odd.finishReasonRaw = FinishReason.length.rawValue
        statistics.consume(odd)
        var broken = Records.request(end: milliseconds + 11, latency: 100, status: 0)
        broken.errorCode = 1220
        broken.phaseRaw = TransferPhase.wait.rawValue
        statistics.consume(broken)
        var dropped = RunRecord()
        dropped.kindRaw = RecordKind.dropped.rawValue
        dropped.end = (milliseconds + 12) * 1_000_000
        dropped.scheduled = dropped.end
        statistics.consume(dropped)
        var interrupted = Records.request(end: milliseconds + 13, latency: 100, status: 0)
        interrupted.flags = [.interrupted, .final, .endsIteration]
        statistics.consume(interrupted)
    }

    @Test func everyCounterThatAppearsHasAZeroAtTheLookBefore() throws {
        var registry = Records.registry()
        var statistics = Records.statistics(records: [Records.request(end: 500, latency: 300)])
        let first = Updates(registry.updates(Records.snapshot(statistics, elapsed: 5 * second)))
        for (text, update) in first.byText where isCounter(text) {
            #expect(update.zeroMilliseconds == Self.start, "\(text)")
        }
        eventful(&statistics, at: 7000)
        let next = Updates(registry.updates(Records.snapshot(statistics, elapsed: 10 * second)))
        let new = next.byText.filter { first.byText[$0.key] == nil }
        let counters = new.filter { isCounter($0.key) }
        for name in [
            "k6_request_errors_total", "k6_dropped_iterations_total", "k6_http_reqs_total", "sml_errors_total",
            "sml_finish_reasons_total", "k6_e2e_latency_ms_count", "sml_latency_from_schedule_seconds_sum",
        ] {
            #expect(counters.keys.contains { $0.hasPrefix(name + "{") }, "\(name)")
        }
        for (text, update) in counters {
            #expect(update.zeroMilliseconds == Self.start + 5000 && update.timestampMilliseconds > Self.start + 5000, "\(text)")
        }
        // Once only, and nothing else has one.
        for (text, update) in next.byText where first.byText[text] != nil || !isCounter(text) {
            #expect(update.zeroMilliseconds == nil, "\(text)")
        }
    }

    /// Records are consumed a little after they end: the event may be older than the look that did not know it.
    @Test func theZeroIsBeforeTheEvent() throws {
        var registry = Records.registry()
        var statistics = Records.statistics(records: [Records.request(end: 500, latency: 300)])
        _ = registry.updates(Records.snapshot(statistics, elapsed: 5 * second))
        eventful(&statistics, at: 4900)
        let next = registry.updates(Records.snapshot(statistics, elapsed: 10 * second))
        let errors = next.filter { $0.labels.decoded.contains { $0.value == "k6_request_errors_total" } }
        #expect(errors.count > 3)
        #expect(errors.allSatisfy { $0.zeroMilliseconds.map { [time = $0.timestampMilliseconds] in $0 == time - 1 } == true })
    }

    /// All tasks together are looked at once: the step is in the last interval, not smeared over hours.
    @Test func aSingleLookAtTheEndHasItsZeroAnIntervalBefore() throws {
        var registry = Records.registry()
        let end: Int64 = 7200
        let statistics = Records.statistics(records: [Records.request(end: end * 1000 - 10, latency: 300)])
        let updates = Updates(registry.updates(Records.snapshot(statistics, elapsed: end * second)))
        let iterations = try #require(updates.byText["k6_iterations_total{run_label=\"r\",scenario=\"s\"}"])
        #expect(iterations.zeroMilliseconds == Self.start + end * 1000 - 5000)
    }

    @Test func idleCountersGoOn() throws {
        var registry = Records.registry()
        var statistics = Records.statistics(records: [Records.request(end: 500, latency: 300)])
        eventful(&statistics, at: 700)
        let first = Updates(registry.updates(Records.snapshot(statistics, elapsed: 5 * second)))
        for look in 2...4 {
            let idle = Updates(registry.updates(Records.snapshot(statistics, elapsed: Int64(look) * 5 * second)))
            let expected = Set(first.byText.keys.filter { isCounter($0) && $0.hasPrefix("k6_") })
            #expect(idle.k6Names == expected)
            for text in expected {
                #expect(idle[text] == first[text] && idle.time(text) == Self.start + Int64(look) * 5000)
            }
        }
        // An event that ended before the last look and was consumed after it.
        eventful(&statistics, at: 19_990)
        let next = Updates(registry.updates(Records.snapshot(statistics, elapsed: 25 * second)))
        let error = "k6_request_errors_total{label=\"short\",run_label=\"r\",scenario=\"s\",status=\"500\"}"
        #expect(next[error] == 2)
    }

    @Test func nativeHistogramsBeginEmptyAndGoOn() throws {
        var registry = SeriesRegistry(
            tags: SeriesTags(scenario: "s", runLabel: "r", model: "m"), form: .nativeHistogram,
            startedUnixNanoseconds: Records.origin)
        let statistics = Records.statistics(records: [Records.request(end: 500, latency: 300)])
        let name = "k6_e2e_latency_ms_seconds{label=\"short\",model=\"m\",run_label=\"r\",scenario=\"s\"}"
        let first = Updates(registry.updates(Records.snapshot(statistics, elapsed: 5 * second)))
        #expect(first.byText[name]?.zeroMilliseconds == Self.start)
        let idle = Updates(registry.updates(Records.snapshot(statistics, elapsed: 10 * second)))
        #expect(idle.byText[name]?.value == first.byText[name]?.value)
        #expect(idle.time(name) == Self.start + 10_000 && idle.byText[name]?.zeroMilliseconds == nil)
    }

    /// It began before the run, so it was not 0 then.
    @Test func theProcessCPUTimeHasNoZero() throws {
        var statistics = Records.statistics(records: [Records.request(end: 500, latency: 300)])
        statistics.consume(
            GeneratorSample(
                time: second, virtualUsers: 1, maxVirtualUsers: 1, inFlight: 1, cpuTime: 3 * second, residentBytes: 1,
                loopDelay: 0))
        var registry = Records.registry()
        let updates = Updates(registry.updates(Records.snapshot(statistics, elapsed: 5 * second)))
        let cpu = try #require(updates.byText["sml_generator_cpu_seconds_total{run_label=\"r\",scenario=\"s\"}"])
        #expect(cpu.value == .sample(3) && cpu.zeroMilliseconds == nil)
    }
}
