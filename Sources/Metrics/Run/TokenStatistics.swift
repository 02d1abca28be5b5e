// How many tokens good answers said they had: the sums that are divided by time, and how much of the input the server had
// in its cache. What an answer does not say is counted nowhere, and never taken for 0.

import Generator

/// Sums over the answers that said a count.
package struct TokenStatistics: Sendable, Equatable {
    /// A count that some answers have.
    package struct Sum: Sendable, Equatable {
        package private(set) var answers = Counter()
        package private(set) var tokens = Counter()

        /// Nil when no answer said any.
        package var total: UInt64? { answers.total == 0 ? nil : tokens.total }

        @inline(__always)
        mutating func add(_ count: Int32) {
            guard count >= 0 else { return }
            answers.add()
            tokens.add(UInt64(count))
        }

        mutating func merge(_ other: Sum) {
            answers.merge(other.answers)
            tokens.merge(other.tokens)
        }
    }

    /// `usage.completion_tokens` and `usage.prompt_tokens`.
    package private(set) var output = Sum()
    package private(set) var input = Sum()
    /// The details of both.
    package private(set) var cached = Sum()
    package private(set) var reasoning = Sum()
    /// Input of the answers that said how much of it was cached.
    package private(set) var inputWithCached = Sum()

    @inline(__always)
    mutating func add(_ record: RunRecord) {
        output.add(record.completionTokens)
        input.add(record.promptTokens)
        guard record.cachedTokens >= 0 || record.reasoningTokens >= 0 else { return }
        cached.add(record.cachedTokens)
        reasoning.add(record.reasoningTokens)
        if record.cachedTokens >= 0 { inputWithCached.add(record.promptTokens) }
    }

    mutating func merge(_ other: TokenStatistics) {
        output.merge(other.output)
        input.merge(other.input)
        cached.merge(other.cached)
        reasoning.merge(other.reasoning)
        inputWithCached.merge(other.inputWithCached)
    }

    /// Share of the input that was in the server's cache, 0…1; nil when no answer said.
    package var cachedShare: Double? {
        guard let cached = cached.total, let input = inputWithCached.total, input > 0 else { return nil }
        return Double(cached) / Double(input)
    }
}
