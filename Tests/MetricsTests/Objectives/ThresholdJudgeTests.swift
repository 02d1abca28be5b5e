// Thresholds against k6's own answers, recorded from k6 1.1.0 with the same values; their intervals against runs whose truth is
// made up; the forms of both summaries.

import Base
import Foundation
import Generator
import Scenarios
import Testing

@testable import Metrics

struct ThresholdJudgeTests {
    private struct Recording: Decodable {
        struct Row: Decodable {
            var metric: String
            var threshold: String
            var exit: Int32
            var export: [String: Bool]?
        }
        var values: [Double]
        var rows: [Row]
    }

    /// Where we refuse what k6 accepts or crashes on.
    private static let stricter = ["avg<Inf", "avg<NaN", "avg<1_000", "p(101)<1", "p(-1)<1", "p(NaN)<1"]
    /// The recording's own metrics, by ours of the same kind.
    private static let names = ["vus_like": "vus", "none": "http_req_failed", "nothing": "nothing"]

    /// The same values as k6 had: ten latencies by two labels, three failures, one of ten successes missing, a gauge of 7.
    private static func statistics(_ values: [Double], _ objectives: Objectives) -> RunStatistics {
        var run = RunStatistics(labels: ["short", "long"], texts: TextTable(), mainURL: Samples.url, objectives: objectives)
        let records = values.enumerated().map { Samples.request(at: Double($0) * 10, latency: $1, label: UInt16($0 % 2)) }
        records.withUnsafeBufferPointer { run.consume($0) }
        return run
    }

    @Test func k6sOwnAnswers() throws {
        let recording = try JSONDecoder().decode(Recording.self, from: Fixtures.data("thresholds.json"))
        var (judged, refused) = (0, 0)
        for row in recording.rows where row.metric.hasPrefix("e2e_latency_ms") || row.exit == 104 || Self.stricter.contains(row.threshold) {
            let (metric, label) = try #require(Threshold.parts(of: Self.names[row.metric] ?? row.metric))
            let bound = ThresholdExpression(row.threshold).flatMap {
                try? BoundThreshold.bind([Threshold(metric: metric, label: label, expression: $0)], labels: ["short", "long"])
            }
            if row.exit == 104 || Self.stricter.contains(row.threshold) {
                #expect(bound == nil, "\(row)")
                refused += 1
                continue
            }
            let threshold = try #require(bound?.first?.threshold, "\(row)")
            let run = Self.statistics(recording.values, Objectives(thresholds: [threshold]))
            let result = ThresholdResult.all(
                RunConclusion(statistics: run, context: Samples.context(), outcome: Samples.outcome), isOverloaded: false)
            #expect(result.map(\.isMet) == [row.exit == 0], "\(row) \(result)")
            #expect(row.export == [row.threshold: !result[0].isMet])
            judged += 1
        }
        #expect(judged == 25 && refused == 28, "\(judged) \(refused)")
    }

    private func judge(_ metric: String, _ condition: String, _ run: RunStatistics) throws -> Bool? {
        let expression = try #require(ThresholdExpression(condition))
        var run = run
        run.objectives = ObjectiveStatistics(
            Objectives(thresholds: [Threshold(metric: metric, expression: expression)]), labels: run.labels.map(\.label))
        return run.thresholdsMet(elapsed: 10_000_000_000)[0]
    }

    /// Rows of the recording whose metrics here come from requests of their own.
    @Test func countersRatesAndWhatHasNoSample() throws {
        let failed = (0..<3).map { _ in
            var record = Samples.request(status: 500)
            record.flags = [.final, .endsIteration]
            return record
        }
        let run = RunStatisticsTests.statistics(failed + [Samples.request()], context: Samples.context())
        #expect(try judge("request_errors", "count<4", run) == true && judge("request_errors", "count<3", run) == false)
        #expect(try judge("request_errors", "rate==0.3", run) == true)
        #expect(try judge("success_rate", "rate>=0.25", run) == true && judge("success_rate", "rate>0.25", run) == false)
        let nothing = RunStatisticsTests.statistics([], context: Samples.context())
        for (metric, condition, isMet) in [
            ("prompt_tokens", "avg<1", true), ("prompt_tokens", "p(95)>0", false), ("success_rate", "rate>0.9", true),
        ] {
            #expect(try judge(metric, condition, nothing) == nil)
            let summary = try Self.summary([], [(metric, condition)])
            let result = summary.result.thresholds[0]
            #expect(result.isMet == isMet && result.decision == .undecided && result.missing == "no sample" && result.figure == nil)
        }
    }

    private static func context(_ conditions: [(String, String)], slo: String? = nil) throws -> RunContext {
        var context = Samples.context()
        var members = [JSON.Member("thresholds", .object(conditions.map { ($0, .array([.string($1)])) }))]
        if let slo { members.append(.init("slo", try ObjectiveOptions.request(slo))) }
        context.resolvedScenario = .object(members)
        return context
    }

    private static func summary(_ records: [RunRecord], _ conditions: [(String, String)], slo: String? = nil) throws -> Summary {
        SummaryTests.summary(records, context: try context(conditions, slo: slo))
    }

    /// 900 requests of 100 to 200 ms: p95 is 195 and its interval a few ms.
    @Test func intervalsDecide() throws {
        var random = SeededRandomness(seed: 3)
        let records = (0..<900).map { Samples.request(at: Double($0) * 11, latency: 100 + 100 * random.next()) }
        // Just above the value, so that the interval has it inside.
        let limit = 0.01 + (SummaryTests.summary(records).result.metrics.trend(.fromSchedule)?.p95 ?? 0)
        let summary = try Self.summary(
            records,
            [
                ("e2e_latency_ms", "p(95)<250"), ("success_ms", "p(95)<150"), ("from_schedule_ms", "p(95)<\(limit)"),
                ("tokens_per_second", "avg>1"),
                ("success_rate", "rate>0.98"), ("http_req_failed", "rate<0.0001"), ("iterations", "count==900"),
                ("e2e_latency_ms{label:short}", "max<201"), ("http_req_receiving", "med<300"),
            ])
        let found = summary.result.thresholds
        #expect(
            found.map(\.decision) == [ThresholdResult.Decision.met, .notMet, .undecided, .met, .met, .undecided, .met, .met, .undecided],
            "\(found)")
        #expect(found.map(\.isMet) == [true, false, true, true, true, true, true, true, true], "\(found)")
        let p95 = try #require(found[0].figure)
        #expect(p95.low ?? 0 > 188 && p95.low ?? 0 < 195 && p95.high ?? 0 > 195 && p95.high ?? 0 < 201, "\(p95)")
        #expect(abs(p95.value - (summary.result.metrics.trend(.endToEnd)?.p95 ?? 0)) < 1e-9)
        #expect(found[8].missing == "its values are not kept one by one")
        #expect(summary.result.crossedMetrics == ["success_ms"])
        // Both forms of k6's, and ours survives a file.
        let document = summary.document
        #expect(document[path: "metrics", "e2e_latency_ms", "thresholds", "p(95)<250"] == .bool(false))
        #expect(document[path: "metrics", "success_ms", "thresholds", "p(95)<150"] == .bool(true))
        #expect(document[path: "metrics", "e2e_latency_ms{label:short}", "max"]?.number ?? 0 > 190)
        #expect(document["thresholds"]?.elements[1].json() == #"{"metric":"success_ms","thresholds":{"p(95)<150":{"ok":false}}}"#)
        #expect(RunResult(document: document)?.thresholds == found)
        let lines = summary.textBlock(color: false).split(separator: "\n").map(String.init)
        let row = try #require(lines.first { $0.contains("✗") })
        #expect(row.contains("success_ms") && row.contains("p(95)<150") && row.hasSuffix("NOT MET"))
        #expect(lines.contains { $0.contains("✓ e2e_latency_ms ") && $0.hasSuffix(" met") })
        #expect(lines.contains { $0.contains("from_schedule_ms") && $0.hasSuffix("met, undecided") })
    }

    @Test func abortsOnlyWhatAborts() throws {
        let expression = try #require(ThresholdExpression("rate>0.99"))
        func reason(_ threshold: Threshold, elapsed: Double) throws -> String? {
            var failed = Samples.request(status: 500)
            failed.flags = [.final, .endsIteration]
            var run = RunStatistics(
                labels: ["short"], texts: TextTable(), mainURL: Samples.url, objectives: Objectives(thresholds: [threshold]))
            run.consume(failed)
            return run.reasonToAbort(elapsed: Int64(elapsed * 1e9))
        }
        var threshold = Threshold(metric: "success_rate", expression: expression)
        #expect(try reason(threshold, elapsed: 100) == nil)
        threshold.abortOnFail = true
        #expect(try reason(threshold, elapsed: 2) == "thresholds on metrics 'success_rate' were crossed; at least one has abortOnFail")
        threshold.delayAbortEval = .seconds(10)
        #expect(try reason(threshold, elapsed: 10) == nil && reason(threshold, elapsed: 10.1) != nil)
    }

    @Test(arguments: [
        ("nothing", "avg<1", "thresholds: nothing: there is no such metric; expected one of k6's"),
        ("e2e_latency_ms", "rate<1", "thresholds: e2e_latency_ms: rate<1: a trend has no rate; expected avg, min, med, max, p(N)"),
        ("success_rate", "p(95)<1", "a rate has no p(95); expected rate"),
        ("iterations{label:short}", "count>1", "this metric is not kept by label; expected iterations alone"),
        ("e2e_latency_ms{label:shrot}", "avg<1", "no prompt has that label; expected one of short, long"),
    ])
    func mistakesAreNamed(selector: String, condition: String, message: String) throws {
        let (metric, label) = try #require(Threshold.parts(of: selector))
        let expression = try #require(ThresholdExpression(condition))
        let error = #expect(throws: ConfigurationError.self) {
            try BoundThreshold.bind([Threshold(metric: metric, label: label, expression: expression)], labels: ["short", "long"])
        }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.exitCode == 104)
    }

    @Test func everyNameThatAThresholdMayUseIsOfOneMetric() {
        for name in [
            "e2e_latency_ms", "ttft_ms", "tpot_ms", "success_ms", "goodput.share", "stream.ttft_ms", "http_req_failed", "output_per_second",
        ] {
            #expect(Catalog.metric(called: name) != nil, "\(name)")
        }
        #expect(Catalog.metric(called: "errors_total") == nil && Catalog.metric(called: "sml_ttft_seconds") == nil)
    }

    /// 21 tokens, the first after 50 ms, the last 100 ms later: 5 ms a token; 152 ms in all. Against brute force.
    @Test(arguments: [
        ("ttft=50ms", 3), ("ttft=49ms", 0), ("tpot=5ms", 3), ("tpot=4ms", 0), ("e2e=152ms", 4), ("e2e=151ms", 1),
        ("ttft=1s,tpot=1s,e2e=1s", 3),
    ])
    func goodput(slo: String, good: UInt64) throws {
        var failed = Samples.request(at: 900, latency: 10, status: 500)
        failed.flags = [.final, .endsIteration]
        var waiting = Samples.request(at: 1_000, latency: 5_000)
        waiting.flags = [.final, .endsIteration, .interrupted]
        waiting.firstToken = -1
        // Three streams, one answer that was none, one failure, one that was cut off after all limits.
        let summary = try Self.summary(
            [100, 300, 500].map { Samples.streamed(at: $0) } + [Samples.request(at: 700, latency: 50), failed, waiting],
            [("goodput.share", "rate>0.9")], slo: slo)
        let share = try #require(summary.result.metrics.rate(.goodput))
        // A limit on tokens alone does not end the wait of one without a first token but by that token's time.
        #expect(share.passes == good && share.total == (slo.hasPrefix("tpot") ? 5 : 6), "\(share)")
        #expect(summary.result.metrics.number(.goodputPerSecond) == Double(good) / 10)
        #expect(summary.textBlock(color: false).contains("goodput"))
        #expect(RunResult(document: summary.document)?.metrics.rate(.goodput) == share)
    }

    @Test func withoutObjectivesNothingIsSaid() {
        let summary = SummaryTests.summary([Samples.request()])
        #expect(summary.result.thresholds == [] && summary.document["thresholds"] == .array([]))
        #expect(summary.document[path: "sml", "goodput", "share"] == .null && !summary.textBlock(color: false).contains("goodput"))
    }
}
