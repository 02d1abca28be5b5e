// What was odd about answers that count as successes, and what the server said about its rate limit. k6 sees none of
// it: an empty completion with status 200 looks to it like the fastest answer of the run.

import Generator

/// Oddities of answers.
package struct AnswerStatistics: Sendable {
    /// Succeeded requests whose first choice had neither text nor a tool call.
    package private(set) var withoutContent = Counter()
    /// Succeeded requests whose answer named another model than the one asked for.
    package private(set) var otherModel = Counter()
    /// The same by that model's name, an index into the run's text table.
    package private(set) var otherModels: [UInt16: UInt64] = [:]
    /// Succeeded requests with `ignore_eos` whose completion tokens are not `max_tokens`.
    package private(set) var tokensNotAsAsked = Counter()
    /// Succeeded requests without `usage.completion_tokens`: they count in no token metric.
    package private(set) var withoutUsage = Counter()
    /// Succeeded requests without `usage.prompt_tokens`.
    package private(set) var withoutPromptTokens = Counter()
    /// Succeeded requests of which a count of tokens was beyond any answer's, and is not counted.
    package private(set) var implausibleTokens = Counter()
    /// Succeeded requests for a stream that were answered with one document.
    package private(set) var notStreamed = Counter()
    /// Requests answered with status 429, and those of them with a Retry-After.
    package private(set) var tooManyRequests = Counter()
    package private(set) var withRetryAfter = Counter()
    /// The longest Retry-After of a 429, seconds.
    package private(set) var longestRetryAfter: UInt16 = 0
    /// Arrivals dropped because they fell into a pause (`on_429: pause`).
    package private(set) var pausedArrivals = Counter()

    private static let odd: RecordFlags = [.withoutContent, .otherModel, .tokensNotAsAsked, .answeredWhole]

    @inline(__always)
    mutating func addSuccess(_ record: RunRecord) {
        if record.completionTokens < 0 { withoutUsage.add() }
        if record.promptTokens < 0 { withoutPromptTokens.add() }
        if min(record.promptTokens, record.completionTokens, record.cachedTokens, record.reasoningTokens) < -1 { implausibleTokens.add() }
        guard !record.flags.isDisjoint(with: Self.odd) else { return }
        if record.flags.contains(.withoutContent) { withoutContent.add() }
        if record.flags.contains(.otherModel) {
            otherModel.add()
            if record.words != 0 { otherModels[record.words, default: 0] += 1 }
        }
        if record.flags.contains(.tokensNotAsAsked) { tokensNotAsAsked.add() }
        if record.flags.contains(.answeredWhole) { notStreamed.add() }
    }

    mutating func addFailure(_ record: RunRecord) {
        guard record.status == 429 else { return }
        tooManyRequests.add()
        if record.retryAfterSeconds > 0 { withRetryAfter.add() }
        longestRetryAfter = max(longestRetryAfter, record.retryAfterSeconds)
    }

    mutating func addDropped(_ record: RunRecord) {
        if record.flags.contains(.paused) { pausedArrivals.add(record.droppedArrivals) }
    }
}
