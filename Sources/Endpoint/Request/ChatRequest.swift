// The few facts of a chat completion request that the simulated server needs. Everything else in the body is checked
// to be JSON and then ignored, so that any client's extra parameters pass.

/// Facts read from the body of `POST /v1/chat/completions`.
package struct ChatRequest: Sendable, Equatable {
    /// Where the model's name is in the body: the bytes between its quotes, still JSON-escaped, so that an echo needs
    /// no unescaping.
    package var model: Range<Int>?
    /// `max_tokens` or `max_completion_tokens`; at least 1.
    package var maximumTokens: Int?
    /// `ignore_eos`.
    package var ignoresEndOfSequence = false
    /// Bytes of text in all messages; an escape sequence counts as one.
    package var promptBytes = 0
    /// Where the value of `messages` is in the body.
    package var messages = 0..<0
    /// `stream`.
    package var isStreamed = false
    /// What `stream_options` asks for.
    package var streamUsage = StreamUsage.unasked
    /// From a `[[fail:MODE]]` marker in a message's text; the first one counts.
    package var failure: FailureMode?

    package init() {}

    package enum StreamUsage: Sendable {
        case unasked
        /// `include_usage`.
        case last
        /// That and vLLM's `continuous_usage_stats`.
        case every
    }

    /// About what a tokenizer yields for English: a token is 4 bytes. At least 1.
    package var promptTokens: Int { max(1, (promptBytes + 3) / 4) }
}

/// A body that cannot be served: HTTP 400.
package struct ChatRequestError: Error, Sendable, Equatable {
    /// One sentence for the client.
    package let message: String
    /// The key at fault, for the error's `param`.
    package let parameter: String?

    init(_ message: String, parameter: String? = nil) {
        self.message = message
        self.parameter = parameter
    }
}
