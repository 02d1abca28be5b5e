// How the simulated server's streams differ from one token a chunk at even gaps: what speculative decoding, a busy event loop, a
// preempted request and the servers' different ideas of usage make of them.

/// What decides how an answer is streamed. The defaults are those of `sml-endpoint --help`.
package struct StreamBehaviour: Sendable {
    /// Tokens a chunk carries; drawn for each chunk, at least 1.
    package var tokensPerChunk = Distribution.fixed(1)
    /// How much later than its simulated instant a chunk leaves, in nanoseconds; drawn for each, never before its predecessor.
    package var jitter = Distribution.fixed(0)
    /// A pause inside a stream.
    package var stall: Stall?
    /// Where usage stands.
    package var usage = StreamUsage.asked
    /// Tokens of reasoning before the answer's text, of its length; drawn once per request, `nil` without any.
    package var reasoningTokens: Distribution?
    /// The head and the chunk with the role leave when the request arrives, not with the first token.
    package var sendsRoleEarly = false

    package init() {}
}

/// Where a stream says how many tokens it had.
package enum StreamUsage: String, Sendable, CaseIterable {
    /// As `stream_options` says: `include_usage`, and vLLM's `continuous_usage_stats`.
    case asked
    case never
    /// In a chunk of its own after the last.
    case last
    /// In every chunk, so far, and in one after the last.
    case every
}

/// A stream that pauses: a preempted request, a garbage collection, a proxy that buffers.
package struct Stall: Sendable, Equatable {
    /// Tokens before it.
    let tokens: Int
    /// In nanoseconds; what comes after is later by as much.
    let duration: UInt64
    /// The share of streams that have it.
    let probability: Double

    /// Reads `TOKENS:TIME:PROBABILITY`, such as `20:2s:0.1`.
    ///
    /// - Throws: ``EndpointUsageError`` with the text given and what is accepted.
    package init(parsing text: String) throws(EndpointUsageError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let tokens = Int(parts[0]), (0...ChatRequestScanner.mostTokens).contains(tokens),
            let duration = Distribution.nanoseconds(parts[1]), let probability = Double(String(parts[2])), (0...1).contains(probability)
        else {
            throw EndpointUsageError(
                "--stall \"\(text)\": accepted is TOKENS:TIME:PROBABILITY, such as 20:2s:0.1, with a probability from 0 to 1")
        }
        self.tokens = tokens
        self.duration = UInt64(duration)
        self.probability = probability
    }
}
