// What is measured per prompt label: latency and tokens, as SML's script does it (k6 §3.5), and what k6 lacks.

import Generator

/// Requests of one prompt label. A request is all hops together; its record is the final one.
package struct LabelStatistics: Sendable {
    /// request_errors of one status.
    package struct Errors: Sendable, Equatable {
        package var status: UInt16
        package var counter = Counter()
        package var lastSample: Int64 = 0
    }

    package let label: String
    /// End − start of the first hop of successes, milliseconds with fraction (k6 rounds to whole ones), and of failures: a
    /// server that sheds load at once must not look fast. Interrupted requests count in neither.
    package private(set) var successLatency = Trend()
    package private(set) var failureLatency = Trend()
    /// End − scheduled, milliseconds: what a caller who asked at the planned instant would have waited. Open loops only.
    package private(set) var successFromSchedule = Trend()
    private var failureFromSchedule = Trend()
    /// Good answers only: completion tokens / e2e latency.
    package private(set) var tokensPerSecond = Trend()
    package private(set) var promptTokens = Trend()
    package private(set) var completionTokens = Trend()
    /// Sums over good answers.
    package private(set) var tokens = TokenStatistics()
    /// Trends that entries of the catalogue feed.
    private(set) var fed = FedTrends()
    /// Durations of streams that come counted.
    package private(set) var streams = StreamStatistics()
    /// success_rate of this label.
    package private(set) var success = Rate()
    /// request_errors by status, in order of appearance.
    package private(set) var errors: [Errors] = []
    /// Requests cut off by the end of the run.
    package private(set) var interrupted = Counter()
    /// Ends of the newest sample of each, nanoseconds since the run's start.
    package private(set) var lastLatency: Int64 = 0
    package private(set) var lastSuccess: Int64 = 0
    package private(set) var lastTokensPerSecond: Int64 = 0
    package private(set) var lastPromptTokens: Int64 = 0
    package private(set) var lastCompletionTokens: Int64 = 0

    init(label: String) { self.label = label }

    /// e2e_latency_ms: of all that ran to their end, as in k6. Merged when asked for; of a run without failures that costs
    /// nothing.
    package var latency: Trend { Trend.merged([successLatency, failureLatency]) }
    package var latencyFromSchedule: Trend { Trend.merged([successFromSchedule, failureFromSchedule]) }

    /// A trend that an entry of the catalogue feeds, and the end of its newest sample.
    package func trend(of name: MetricName) -> Trend { fed[name].trend }
    package func newest(of name: MetricName) -> Int64 { fed[name].newest }

    mutating func add(_ count: StreamCount) { streams.add(count) }
    mutating func addInterrupted() { interrupted.add() }

    /// Adds a request that ran to its end.
    ///
    /// - Parameters:
    ///   - record: the final exchange.
    ///   - started, scheduled: of the first hop; `scheduled` is nil in a closed loop.
    ///   - succeeded: ``RunRecord/isSuccess``.
    @inline(__always)
    mutating func add(_ record: RunRecord, started: Int64, scheduled: Int64?, succeeded: Bool) {
        let elapsed = record.end - started
        lastLatency = max(lastLatency, record.end)
        success.add(succeeded)
        guard succeeded else {
            failureLatency.add(milliseconds(elapsed))
            if let scheduled { failureFromSchedule.add(milliseconds(record.end - scheduled)) }
            return addError(status: record.status, at: record.end)
        }
        successLatency.add(milliseconds(elapsed))
        if let scheduled { successFromSchedule.add(milliseconds(record.end - scheduled)) }
        lastSuccess = max(lastSuccess, record.end)
        tokens.add(record)
        fed.add(record)
        if record.firstToken >= 0 { fed.add(StreamedRequest(record: record, started: started, scheduled: scheduled)) }
        if record.promptTokens >= 0 {
            promptTokens.add(Double(record.promptTokens))
            lastPromptTokens = max(lastPromptTokens, record.end)
        }
        if record.completionTokens >= 0 {
            completionTokens.add(Double(record.completionTokens))
            lastCompletionTokens = max(lastCompletionTokens, record.end)
            if elapsed > 0 {
                tokensPerSecond.add(Double(record.completionTokens) / (Double(elapsed) / 1e9))
                lastTokensPerSecond = max(lastTokensPerSecond, record.end)
            }
        }
    }

    private mutating func addError(status: UInt16, at time: Int64) {
        let index = errors.firstIndex { $0.status == status } ?? errors.count
        if index == errors.count { errors.append(Errors(status: status)) }
        errors[index].counter.add()
        errors[index].lastSample = max(errors[index].lastSample, time)
    }
}
