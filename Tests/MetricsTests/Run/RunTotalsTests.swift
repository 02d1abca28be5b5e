// What a run came to as a whole, against values computed by hand: successes apart from failures, rates over the plan's time,
// tokens with those that nobody said, prompts that repeat.

import Generator
import Testing

@testable import Metrics

struct RunTotalsTests {
    /// 60 % shed at once with 503, the rest after 1,000 ms: overload must not improve the headline.
    @Test func whatIsTurnedAwayDoesNotLookFast() throws {
        let records = (0..<100).map { index -> RunRecord in
            guard index % 5 < 3 else { return Samples.request(at: Double(index) * 90, latency: 1_000) }
            var shed = Samples.request(at: Double(index) * 90, latency: 1.9, status: 503)
            shed.flags = [.final, .endsIteration]
            shed.errorCode = 1503
            return shed
        }
        let summary = SummaryTests.summary(records)
        let metrics = summary.result.metrics
        #expect(metrics.trend(.successLatency)?.med == 1_000 && metrics.trend(.successLatency)?.count == 40)
        #expect(abs((metrics.trend(.successFromSchedule)?.p99 ?? 0) - 1_000.2) < 1e-9)
        #expect(metrics.trend(.failureLatency)?.max == 1.9 && metrics.trend(.failureLatency)?.count == 60)
        #expect(summary.result.label("short")?.metrics.trend(.successLatency)?.p95 == 1_000)
        // k6's keys keep k6's meaning.
        #expect(metrics.trend(.endToEnd)?.med == 1.9 && metrics.trend(.endToEnd)?.count == 100)
        #expect(summary.document[path: "metrics", "e2e_latency_ms", "med"]?.number == 1.9)
        #expect(summary.document[path: "latency", "e2e_p50"]?.text == "2ms")
        #expect(abs((metrics.trend(.service)?.med ?? 0) - 0.9) < 1e-9 && metrics.trend(.expectedDuration)?.med == 999)
        let text = summary.textBlock(color: false)
        let lines = text.split(separator: "\n").filter { $0.contains("successes") || $0.contains("failures") || $0.contains("{ expected") }
        #expect(lines.count == 3 && lines[0].contains("1,000") && !lines[1].contains("1,000") && lines[2].contains("999"), "\(text)")
    }

    @Test func ratesAreOfThePlansTime() throws {
        // 10 arrivals a second for 10 s; the last one is late and starts after the plan, its answer takes 2 s more.
        var records = (0..<99).map { Samples.request(at: Double($0) * 100, latency: 50) }
        records.append(Samples.request(at: 10_001, latency: 2_000))
        let metrics = SummaryTests.summary(records).result.metrics
        #expect(metrics.number(.planSeconds) == 10 && metrics.number(.askedPerSecond) == 10)
        #expect(metrics.number(.achievedPerSecond) == 9.9 && metrics.number(.succeededPerSecond) == 9.9)
        #expect(metrics.number(.outputPerSecond) == 99 * 6.4 && metrics.number(.inputPerSecond) == 99 * 1.2)
        #expect(metrics.number(.totalPerSecond) == 99 * 6.4 + 99 * 1.2)
        // k6's own, over the 12 s until the last answer.
        let summary = SummaryTests.summary(records)
        #expect(summary.document[path: "metrics", "http_reqs", "rate"]?.number == 100.0 / 12)
        #expect(summary.document[path: "metrics", "iterations", "rate"]?.number == 100.0 / 12)
        #expect(metrics.number(.outputTokens) == 6_400)
    }

    /// An answer that ends after the plan counts for its part before.
    @Test func anAnswerOverTheEndOfThePlanCountsForItsPart() throws {
        let metrics = SummaryTests.summary([Samples.request(at: 9_000, latency: 4_000)]).result.metrics
        #expect(metrics.number(.outputPerSecond) == 64.0 / 4 / 10 && metrics.number(.inputPerSecond) == 12.0 / 4 / 10)
        #expect(metrics.number(.succeededPerSecond) == 0 && metrics.number(.achievedPerSecond) == 0.1)
        // Of a stream the input is read before the first token and the output written after it.
        var streamed = Samples.request(at: 9_000, latency: 2_500)
        streamed.firstToken = 9_500_000_000
        let read = SummaryTests.summary([streamed]).result.metrics
        #expect(read.number(.outputPerSecond) == 64.0 / 4 / 10 && read.number(.inputPerSecond) == 1.2)
    }

    @Test func aRunCutShortIsMeasuredUntilThen() {
        let records = (0..<40).map { Samples.request(at: Double($0) * 100, latency: 50) }
        let outcome = RunOutcome(
            .interrupted, reason: "SIGTERM", duration: 5_000_000_000, endedUnixNanoseconds: 0, planEnd: 4_000_000_000, arrivalsDue: 41)
        let metrics = SummaryTests.summary(records, outcome: outcome).result.metrics
        #expect(metrics.number(.planSeconds) == 4 && metrics.number(.askedPerSecond) == 41.0 / 4)
        #expect(metrics.number(.achievedPerSecond) == 10 && metrics.number(.outputPerSecond) == 40 * 64.0 / 5)
        // Records of before that was kept do not say what was due.
        let older = RunOutcome(.interrupted, reason: "SIGTERM", duration: 5_000_000_000, endedUnixNanoseconds: 0)
        let known = SummaryTests.summary(records, outcome: older).result.metrics
        #expect(known.number(.askedPerSecond) == nil && known.number(.achievedPerSecond) == 8)
        // In a closed loop nothing is asked for.
        let closed = SummaryTests.summary(records, context: Samples.context(plannedArrivals: nil)).result.metrics
        #expect(closed.number(.askedPerSecond) == nil && closed.number(.achievedPerSecond) == 4)
    }

    @Test func tokensThatNobodySaidAreNotZero() throws {
        var silent = Samples.request(at: 200)
        silent.completionTokens = -1
        silent.promptTokens = -1
        var odd = Samples.request(at: 300, label: 1)
        odd.completionTokens = RunRecord.implausibleTokens
        let run = RunStatisticsTests.statistics([Samples.request(), silent, odd])
        #expect(run.tokens.output.total == 64 && run.tokens.input.total == 24 && run.tokens.cached.total == nil)
        #expect(run.answers.withoutUsage.total == 2 && run.answers.withoutPromptTokens.total == 1)
        #expect(run.answers.implausibleTokens.total == 1)
        let summary = SummaryTests.summary([Samples.request(), silent, odd])
        #expect(summary.document[path: "sml", "tokens", "cached_tokens"] == .null)
        #expect(summary.document[path: "sml", "labels", "long", "output_tokens"] == .null)
        #expect(summary.document[path: "sml", "labels", "short", "output_tokens"]?.integer == 64)
        #expect(summary.document[path: "metrics", "completion_tokens", "avg"]?.number == 64)
        let text = summary.textBlock(color: false)
        #expect(text.contains("  tokens/s all 6.40 output, 2.40 input, 8.80 total\n"), "\(text)")
        #expect(text.contains(" output; 2 answers did not say\n"), "\(text)")
        #expect(text.contains("1 with a count of tokens above 100,000,000"))
        let none = SummaryTests.summary([silent]).textBlock(color: false)
        #expect(none.contains("  tokens/s     n/a, no answer said how many it has\n"))
    }

    @Test func cachedAndReasoningTokensAreSummed() throws {
        let records = (0..<4).map { index -> RunRecord in
            var record = Samples.request(at: Double(index) * 100, label: UInt16(index % 2))
            record.prompt = UInt32(index)
            record.cachedTokens = index == 3 ? -1 : 9
            record.reasoningTokens = 10
            return record
        }
        let summary = SummaryTests.summary(records)
        let metrics = summary.result.metrics
        #expect(metrics.number(.cachedTokens) == 27 && metrics.number(.reasoningTokens) == 40)
        // Of the three that said it.
        #expect(metrics.number(.cachedShare) == 0.75)
        #expect(summary.result.label("long")?.metrics.number(.cachedTokens) == 9)
        #expect(summary.result.metrics.number(.repeatedFrom) == nil)
        let text = summary.textBlock(color: false)
        #expect(text.contains("  cache        75.0 % of the input came from the server's cache:\n"))
        #expect(text.contains("               it knew these prompts, or how they begin, before this run\n"))
        #expect(text.contains("of it cached"))
        // Sent once each, but the corpus has the same text several times.
        var context = Samples.context()
        context.corpus.distinct = 2
        let same = SummaryTests.summary(records, context: context).textBlock(color: false)
        #expect(same.contains("  prompts      4 sent, 4 distinct; the corpus has 2 different ones only\n"))
        #expect(same.contains("               prompts repeat, or it knew how they begin: new ones take longer\n"))
        #expect(try Summary(jsonData: summary.jsonData(), path: "s").result == summary.result)
    }

    @Test func promptsThatRepeatAreFoundInAnyOrder() {
        func request(_ prompt: UInt32, at: Double, latency: Double = 50) -> RunRecord {
            var record = Samples.request(at: at, latency: latency)
            record.prompt = prompt
            return record
        }
        let records = [
            request(0, at: 0, latency: 900), request(1, at: 100), request(2, at: 200), request(0, at: 300), request(1, at: 400),
            request(0, at: 500),
        ]
        for order in [records, records.reversed(), records.sorted { $0.end < $1.end }] {
            let prompts = RunStatisticsTests.statistics(order).prompts
            #expect(prompts.distinct.total == 3 && prompts.repeatedFrom == 300_000_000)
        }
        #expect(RunStatisticsTests.statistics(Array(records.prefix(3))).prompts.repeatedFrom == nil)
        // An index that no corpus of this size has is not looked at.
        #expect(RunStatisticsTests.statistics([request(.max, at: 0)]).prompts.distinct.total == 0)
        let text = SummaryTests.summary(records).textBlock(color: false)
        #expect(text.contains("  prompts      6 sent, 3 distinct, repeated from 300ms on\n"))
    }

    @Test func unknownFinishReasonsKeepTheirText() throws {
        let texts = TextTable()
        func finished(_ reason: FinishReason, _ text: String = "") -> RunRecord {
            var record = Samples.request()
            record.finishReasonRaw = reason.rawValue
            record.finishText = texts.index(of: text)
            return record
        }
        let summary = SummaryTests.summary(
            [finished(.stop), finished(.other, "eos_token"), finished(.other, "eos_token"), finished(.other)], texts: texts)
        #expect(summary.result.finishReasons == ["stop": 1, "eos_token": 2, "other": 1])
        #expect(try Summary(jsonData: summary.jsonData(), path: "s").result.finishReasons == summary.result.finishReasons)
        #expect(summary.textBlock(color: false).contains("  finished by  eos_token 2, other 1, stop 1\n"))
    }

    @Test func connectionsOfTheFirstSecondAndWhereTheyWent() throws {
        var reused = Samples.request(at: 300)
        reused.flags.insert(.connectionReused)
        let outcome = RunOutcome(
            .completed, duration: 12_000_000_000, endedUnixNanoseconds: 0,
            connections: [
                ConnectionCount(
                    address: "10.0.0.1:443", httpVersion: "HTTP/2.0", tlsVersion: "tls1.3", alpn: "h2", cipher: "TLS_AES_256_GCM_SHA384",
                    count: 2)
            ])
        let summary = SummaryTests.summary([Samples.request(at: 100), reused, Samples.request(at: 1_500)], outcome: outcome)
        let connections = try #require(summary.document[path: "sml", "connections"])
        #expect(connections["opened"]?.integer == 2 && connections["opened_in_first_second"]?.integer == 1)
        #expect(connections["opened_to"]?.elements.first?["cipher"]?.text == "TLS_AES_256_GCM_SHA384")
        #expect(
            summary.textBlock(color: false).contains("  server       10.0.0.1:443: 2 opened, HTTP/2.0, tls1.3, TLS_AES_256_GCM_SHA384\n"))
        #expect(try Summary(jsonData: summary.jsonData(), path: "s").result == summary.result)
    }
}
