// The block for people, whole: it is short enough to be compared as text.

import Generator
import Testing

@testable import Metrics

struct SummaryTextTests {
    @Test func goodRun() {
        let records = (0..<100).map { index in
            var record = Samples.request(at: Double(index) * 100, latency: 50 + Double(index), label: UInt16(index % 2))
            if index > 0 { record.flags.insert(.connectionReused) }
            return record
        }
        let text = SummaryTests.summary(records, samples: [SummaryTests.sample()]).textBlock(color: false)
        #expect(
            text == """
                === LLM Load Test Summary ===

                  scenario     demo (constant-arrival-rate), run label label-1, model org/test-model
                  target       http://127.0.0.1:8000/v1/chat/completions
                  outcome      completed after 12.0s, started 2023-11-14T22:13:20.123Z

                  requests     100 finished (8.33/s), 100 started of 100 planned
                  success      100.00 %, 0 failed

                  latency, ms    count   min   avg   med  p90  p95  p99  max
                  end to end       100  50.0  99.5  99.5  139  144  148  149
                  service          100  49.0  98.5  98.5  138  143  147  148
                  from schedule    100  50.2  99.7  99.7  139  144  148  149
                  · short           50  50.0  99.0  99.0  138  143  147  148
                  · long            50  51.0   100   100  139  144  148  149

                  tokens   prompt  completion  per s, avg  per s, med
                  · short    12.0        64.0         712         647
                  · long     12.0        64.0         703         640

                  lateness     p99 0.200 ms, max 0.200 ms: the generator kept up
                  connections  1 opened, 99 requests on an open one
                  generator    0 s CPU, 30.0 MiB, up to 1 requests in flight

                """)
    }

    @Test func badRun() {
        let texts = TextTable()
        var refused = Samples.request(at: 1_500, status: 0)
        refused.sent = -1
        refused.scheduled -= 40_000_000
        refused.errorCode = 1212
        refused.errorText = texts.index(of: "dial: connection refused")
        refused.flags = [.final, .endsIteration]
        refused.iteration = 4
        var cut = Samples.request(latency: 90_000)
        cut.flags = [.final, .interrupted]
        let outcome = RunOutcome(
            .interrupted, reason: "SIGTERM", duration: 2_000_000_000, endedUnixNanoseconds: 0, lostRecords: 3)
        let summary = SummaryTests.summary(
            [refused, refused, cut, RunRecord(kind: .dropped)], outcome: outcome, texts: texts)
        let text = summary.textBlock(color: false)
        for line in [
            "  outcome      interrupted (SIGTERM) after 2.0s, started",
            "  success      0.00 %, 2 failed",
            "  interrupted  1 cut off, the oldest after 1m30s; the latencies below do not include them",
            "  dropped      1 arrivals found all virtual users busy",
            "    2 × no answer, code 1212, dial: connection refused",
            "      first at 1.55 s: iteration 4, prompt 0, label short",
            "      → nothing listens there: is the server up, are host and port right?",
            "the generator did not keep up, more than 10.0 ms late: its starts 100 %; use more workers or a less busy machine",
            "  lost         3 records: the numbers above are too low",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
        #expect(summary.textBlock(color: true).contains("\u{1B}[31minterrupted\u{1B}[0m"))
        #expect(!text.contains("\u{1B}"))
    }

    /// In a closed loop a request is due when the one before it is answered: that says nothing.
    @Test func aClosedLoopHasNoLatencyFromTheSchedule() {
        let context = Samples.context(plannedArrivals: nil)
        let summary = SummaryTests.summary([Samples.request(at: 2_000)], context: context)
        #expect(summary.document[path: "sml", "latency", "from_schedule_ms"] == .null)
        #expect(summary.result.label("short")?.metrics[.fromSchedule] == nil)
        #expect(summary.result.metrics.trend(.endToEnd)?.count == 1)
        let text = summary.textBlock(color: false)
        #expect(!text.contains("from schedule") && text.contains("end to end"))
    }

    @Test func aRunThatIsTooShortHasNoVerdict() {
        let text = SummaryTests.summary([Samples.request(at: 100)]).textBlock(color: false)
        #expect(text.contains("ms: too short a run to say whether the generator kept up"))
    }

    @Test func nothingFinished() {
        let text = SummaryTests.summary([]).textBlock(color: false)
        #expect(text.contains("  success      n/a, 0 failed"))
        #expect(text.contains("  latency      n/a, no request finished"))
    }
}
