// Runs for pages: results out of records, as a generator would have left them.

import Base
import Generator
import Scenarios
import Statistics

@testable import Metrics
@testable import Report

enum Runs {
    static func context(
        scenario: String = "demo", runLabel: String = "demo-1", model: String = "org/model", labels: [String] = ["short", "long"],
        seconds: Int = 60, executor: Executor? = nil
    ) -> RunContext {
        let executor =
            executor
            ?? .constantArrivalRate(rate: 20, timeUnit: .seconds(1), duration: .seconds(seconds), preAllocatedVUs: 50, maxVUs: 200)
        let plan = Plan(scenario: scenario, executor: executor, target: RequestTarget(url: "http://127.0.0.1:8000/v1/chat/completions"))
        return RunContext(
            version: "1.2.3", libcurlVersion: "libcurl/8.0", runLabel: runLabel, scenario: scenario, model: model, labels: labels,
            url: "http://127.0.0.1:8000/v1/chat/completions", startedUnixNanoseconds: 1_700_000_000_000_000_000,
            plannedArrivals: 20 * seconds, plan: PlanDescription(plan), resolvedScenario: .object([("executor", .string("x"))]),
            corpus: CorpusDescription(file: "prompts.json", prompts: 12), workers: 2)
    }

    /// A request due at `seconds` that took `milliseconds`.
    static func request(at seconds: Double, took milliseconds: Double, label: UInt16 = 0, status: UInt16 = 200) -> RunRecord {
        var record = RunRecord(kind: .request)
        record.scheduled = Int64(seconds * 1e9)
        record.started = record.scheduled + 200_000
        record.sent = record.started + 100_000
        record.firstByte = record.sent + 1_000
        record.end = record.started + Int64(milliseconds * 1e6)
        record.label = label
        record.status = status
        record.promptTokens = 12
        record.completionTokens = 64
        record.flags = status == 200 ? [.final, .endsIteration, .parsed, .hasChoices] : [.final, .endsIteration]
        if status >= 400 { record.errorCode = 1_000 + status }
        return record
    }

    static func statistics(_ records: [RunRecord], context: RunContext, texts: TextTable = TextTable(), seconds: Int) -> RunStatistics {
        var statistics = RunStatistics(context: context, texts: texts)
        records.withUnsafeBufferPointer { statistics.consume($0) }
        for second in 0...seconds {
            statistics.consume(
                GeneratorSample(
                    time: Int64(second) * 1_000_000_000, virtualUsers: 10, maxVirtualUsers: 50, inFlight: UInt32(second % 7),
                    cpuTime: Int64(second) * 20_000_000, residentBytes: 30 << 20, loopDelay: 300_000, beats: 50))
        }
        return statistics
    }

    static func report(
        _ records: [RunRecord], context: RunContext? = nil, seconds: Int = 60, texts: TextTable = TextTable(),
        kind: RunOutcome.Kind = .completed, reason: String? = nil, exact: Bool = false
    ) -> RunReport {
        let context = context ?? Self.context(seconds: seconds)
        let statistics = statistics(records, context: context, texts: texts, seconds: seconds)
        let outcome = RunOutcome(
            kind, reason: reason, duration: Int64(seconds) * 1_000_000_000, endedUnixNanoseconds: 1_700_000_060_000_000_000)
        let result = RunResult(statistics: statistics, context: context, outcome: outcome)
        return RunReport(result, name: "x", observations: exact ? statistics.observations : nil)
    }

    /// 20 requests a second with latencies that differ by label.
    static func good(seconds: Int = 60) -> [RunRecord] {
        (0..<20 * seconds).map { index -> RunRecord in
            let spread = Double(index * 7_919 % 97)
            let milliseconds: Double = index % 2 == 0 ? 40 + spread : 40 + 4 * spread
            return request(at: Double(index) / 20, took: milliseconds, label: UInt16(index % 2))
        }
    }
}
