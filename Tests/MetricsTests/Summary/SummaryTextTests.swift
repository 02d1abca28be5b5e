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

                  verdict      VALID
                  scenario     demo (constant-arrival-rate), run label label-1, model org/test-model
                  target       http://127.0.0.1:8000/v1/chat/completions
                  outcome      completed after 12.0s, started 2023-11-14T22:13:20.123Z

                  success      100.0 % (96.3–100.0), 100 succeeded, 0 failed
                  rate         10.0/s asked, 10.0/s achieved, 9.90/s succeeded, over 10.0s
                  steady       00:00–00:09, after twice the p99 of latency:
                  tokens/s     636 output (608–664)
                  latency      p50 101 ms (62–139, few independent events: 1)
                               p95 143 ms (no interval), p99 147 ms (no interval)
                  in flight    1.000 in the mean, 2 at most
                               95 % intervals for this run; changes between runs not covered

                  requests     100 finished, 100 started of 100 planned
                  tokens/s all 638 output, 120 input, 758 total
                  lateness     p99 0.200 ms, max 0.200 ms: the generator kept up
                  prompts      100 sent, 1 distinct, repeated from 100ms on
                               inside of the steady window: prefix caches may answer those faster

                  steady       9.9 requests/s (9.5–10.4)
                               no interval: p90 139 ms (21 more seconds)
                               p95 143 ms (51 more seconds), p99 147 ms (5 more minutes)
                               p99.9 148 ms (50 more minutes)
                  full run     00:00–00:12, warm-up and draining included
                               8 requests/s (4–13), 533 output tokens/s (255–811)
                               succeed 100.0 % (96.3–100.0)
                               p50 100 ms (58–142, few independent events: 0), p90 139 ms
                               p95 144 ms, p99 148 ms, p99.9 149 ms

                  latency, ms    count   min   avg   med  p90  p95  p99  max
                  successes        100  50.0  99.5  99.5  139  144  148  149
                  from schedule    100  50.2  99.7  99.7  139  144  148  149
                  · short           50  50.0  99.0  99.0  138  143  147  148
                  · long            50  51.0   100   100  139  144  148  149

                  connections  1 opened, 1 in the first second, 99 requests on an open one
                  generator    0 s CPU, 30.0 MiB, up to 1 requests in flight

                  tokens   prompt  completion  per s, avg  per s, med
                  · short    12.0        64.0         712         647
                  · long     12.0        64.0         703         640

                  as k6, ms                    min   avg   med  p90  p95  p99  max
                  http_req_duration           49.0  98.5  98.5  138  143  147  148
                  { expected_response:true }  49.0  98.5  98.5  138  143  147  148
                  e2e_latency_ms              50.0  99.5  99.5  139  144  148  149
                  http_reqs: 100, 8.33/s

                  finished by  stop 100
                  build        1.2.3 (000000000000, changed), libcurl/7.88.1

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
            "  success      0.00 %, 0 succeeded, 2 failed",
            "  interrupted  1 cut off, the oldest after 1m30s; in no latency below",
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
        #expect(!text.contains("from schedule") && text.contains("  successes "))
    }

    @Test func aRunThatIsTooShortHasNoVerdict() {
        let text = SummaryTests.summary([Samples.request(at: 100)]).textBlock(color: false)
        #expect(text.contains("ms: too short a run to say whether the generator kept up"))
    }

    @Test func nothingFinished() {
        let text = SummaryTests.summary([]).textBlock(color: false)
        #expect(text.contains("  success      n/a, 0 succeeded, 0 failed"))
        #expect(text.contains("  tokens/s     n/a\n"))
        #expect(text.contains("  latency      n/a, no request finished"))
    }

    /// Three labels, two kinds of failure, and all that is usual beside them: on a terminal of 80 × 24 stand the verdict, the figures
    /// of successes with their intervals, and both failures; labels as far as there is room.
    @Test func fitsATerminal() throws {
        let text = Self.threeLabelsTwoFailures.textBlock(color: false, screen: TerminalScreen(rows: 22, columns: 80))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count <= 22 && lines.allSatisfy { $0.count <= 80 }, "\(text)")
        for part in [
            "=== LLM Load Test Summary ===", "verdict  ", "900 succeeded, 300 failed", "/s achieved", "steady  ", "tokens/s  ",
            "p50 1,1", ", p95 1,3", "p99 1,39", "in flight  ", "at most", "latency, ms", "successes", "· short", "HTTP 503", "HTTP 429",
            "more lines: --details",
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        let everything = Self.threeLabelsTwoFailures.textBlock(color: false)
        #expect(everything.split(separator: "\n").filter { $0.hasPrefix("  ·") || $0.contains("as k6") }.allSatisfy { $0.count <= 80 })
        for line in lines.dropFirst().dropLast() where !line.isEmpty && !line.hasSuffix("…") {
            #expect(everything.contains(line), "\(line)")
        }
    }

    static var threeLabelsTwoFailures: Summary {
        let texts = TextTable()
        let records = (0..<1_200).map { index -> RunRecord in
            let status: UInt16 = index % 4 > 0 ? 200 : index % 12 > 0 ? 503 : 429
            var record = Samples.request(
                at: Double(index) * 8, latency: status == 200 ? 900 + Double(index % 500) : 0.9, label: UInt16(index / 4 % 3),
                status: status)
            record.prompt = UInt32(index % 400)
            if index > 40 { record.flags.insert(.connectionReused) }
            if status != 200 {
                record.errorCode = 1000 + status
                record.flags = [.final, .endsIteration]
                record.completionTokens = -1
                record.promptTokens = -1
            }
            return record
        }
        let context = Samples.context(labels: ["short", "summarise-a-long-document", "long"], plannedArrivals: 1_200)
        var outcome = Samples.outcome
        outcome.connections = [ConnectionCount(address: "127.0.0.1:8000", httpVersion: "HTTP/1.1", count: 41)]
        return SummaryTests.summary(records, samples: [SummaryTests.sample()], context: context, outcome: outcome, texts: texts)
    }
}
