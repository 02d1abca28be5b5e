// What a run needs from an answer, whatever the API: was it what was asked for, does it say anything, who answered, why did
// it stop, how many tokens. How they get into a request's record: RunRecord+Request.swift.

/// The facts of one answer.
struct AnswerFacts: Equatable {
    /// The answer's body was a JSON document.
    var parsed = false
    /// The answer is one of its API (k6's check `has choices`).
    var hasChoices = false
    /// It holds text or a tool call.
    var hasContent = false
    /// The answer names a model, and not the one that was asked for.
    var isOtherModel = false
    /// Index of that name into the run's text table.
    var modelText: UInt16 = 0
    /// There was no byte.
    var isEmpty = false
    /// The text ends inside a JSON document.
    var isCutShort = false
    /// There is an `error` beside the choices, whatever the status says.
    var hasError = false
    /// One of the choices has an `error`, or a finish reason that is one.
    var hasFailedChoice = false
    var finishReason = FinishReason.absent
    /// Index into the run's text table when ``finishReason`` is ``FinishReason/other``.
    var finishText: UInt16 = 0
    /// -1 when absent or no number, ``RunRecord/implausibleTokens`` beyond what an answer can have.
    var promptTokens: Int32 = -1
    var completionTokens: Int32 = -1
    var cachedTokens: Int32 = -1
    /// What ``cachedTokens`` are when `usage` does not say it.
    var timedCachedTokens: Int32 = -1
    var reasoningTokens: Int32 = -1

    /// With status 200 the request is a success (``RunRecord/isSuccess``).
    var isSuccess: Bool { hasChoices && !hasError && !hasFailedChoice }
}
