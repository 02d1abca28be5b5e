// Whether a request was good enough for who asked (`slo`): it succeeded, and every limit that is set held. What vLLM, SGLang and
// AIPerf call goodput is the rate of those; docs/METRICS.md says where they differ.

import Generator
import Scenarios

/// The limits of a request, as nanoseconds.
struct RequestGoodness: Sendable {
    private let firstToken, endToEnd: Int64
    /// Nanoseconds per token after the first.
    private let perToken: Double

    init(_ objective: RequestObjective) {
        firstToken = objective.firstToken?.nanoseconds ?? .max
        endToEnd = objective.endToEnd?.nanoseconds ?? .max
        perToken = objective.perToken.map { Double($0.nanoseconds) } ?? .infinity
    }

    /// An answer that was not streamed has no first token and meets no limit on it; one of a single token has no time per
    /// token, and nothing to miss there.
    @inline(__always)
    func isMet(by request: FinishedRequest) -> Bool {
        let record = request.record
        guard request.succeeded, record.end - request.started <= endToEnd else { return false }
        if firstToken < .max, record.firstToken < 0 || record.firstToken - request.started > firstToken { return false }
        guard perToken < .infinity else { return true }
        guard record.firstToken >= 0 else { return false }
        guard record.completionTokens > 1 else { return record.completionTokens == 1 }
        return Double(record.lastToken - record.firstToken) <= perToken * Double(record.completionTokens - 1)
    }

    /// Of one that was cut off: whether it could have been good no more.
    func isMissed(afterWaiting record: RunRecord, started: Int64) -> Bool {
        let age = record.end - started
        return age > endToEnd || (record.firstToken < 0 && age > firstToken)
    }
}

/// Requests counted by whether they were good.
package struct GoodputStatistics: Sendable {
    /// Good among the finished ones, and those that were cut off when they could be good no more.
    package private(set) var share = Rate()
    /// Good ones that ended within the plan's time.
    package private(set) var inPlan = Counter()

    mutating func add(_ isGood: Bool, endedInPlan: Bool) {
        share.add(isGood)
        if isGood, endedInPlan { inPlan.add() }
    }
}
