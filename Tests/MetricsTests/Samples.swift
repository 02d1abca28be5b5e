// Contexts and records for tests, with the values tests care about as arguments.

import Generator
import Base
import Scenarios

@testable import Metrics

enum Samples {
    static let url = "http://127.0.0.1:8000/v1/chat/completions"

    static func context(labels: [String] = ["short", "long"], plannedArrivals: Int? = 100) -> RunContext {
        let plan = Plan(
            scenario: "demo",
            executor: .constantArrivalRate(
                rate: 10, timeUnit: .seconds(1), duration: .seconds(10), preAllocatedVUs: 5, maxVUs: 20),
            target: RequestTarget(
                url: url, apiKey: "sk-secret", headers: [.init(name: "X-Tenant", value: "hidden-value")]))
        return RunContext(
            version: "1.2.3", build: Build(commit: String(repeating: "0", count: 40), dirty: true), libcurlVersion: "libcurl/7.88.1",
            runLabel: "label-1", scenario: "demo",
            model: "org/test-model", labels: labels, url: url, startedUnixNanoseconds: 1_700_000_000_123_456_789,
            plannedArrivals: plannedArrivals, plan: PlanDescription(plan),
            corpus: CorpusDescription(file: "prompts.json", prompts: 12), workers: 2)
    }

    static let outcome = RunOutcome(
        .completed, duration: 12_000_000_000, endedUnixNanoseconds: 1_700_000_012_123_456_789)

    /// A good answer: started at `at` ms, sent 1 ms later, answered after `latency` ms in all.
    static func request(at: Double = 100, latency: Double = 50, label: UInt16 = 0, status: UInt16 = 200) -> RunRecord {
        var record = RunRecord(kind: .request)
        record.scheduled = nanoseconds(at) - 200_000
        record.started = nanoseconds(at)
        record.sent = nanoseconds(at) + 1_000_000
        record.firstByte = nanoseconds(at + latency) - 500_000
        record.end = nanoseconds(at + latency)
        record.label = label
        record.status = status
        record.promptTokens = 12
        record.completionTokens = 64
        record.bytesSent = 300
        record.bytesReceived = 400
        record.httpVersion = 11
        record.finishReasonRaw = FinishReason.stop.rawValue
        record.flags = [.final, .endsIteration, .parsed, .hasChoices]
        return record
    }

    /// A streamed answer of 21 tokens in 11 chunks: the first after 50 ms, the others in 100 ms.
    static func streamed(at: Double = 100) -> RunRecord {
        var record = request(at: at, latency: 152)
        record.firstToken = nanoseconds(at + 50)
        record.lastToken = nanoseconds(at + 150)
        record.chunks = 11
        record.promptTokens = 100
        record.completionTokens = 21
        return record
    }

    /// What is counted of one such answer, with reasoning.
    static let streamCounts = [(StreamMeasure.gap, 10.0, UInt32(10)), (.firstEvent, 40, 1), (.firstContent, 70, 1)].map {
        StreamCount(measure: $0, label: 0, bucket: DurationBucket.of(nanoseconds: nanoseconds($1)), count: $2)
    }

    static func nanoseconds(_ milliseconds: Double) -> Int64 { Int64((milliseconds * 1e6).rounded()) }
}
