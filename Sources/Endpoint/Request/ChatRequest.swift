// The few facts of a chat completion request that the simulated server needs. Everything else in the body is checked
// to be JSON and then ignored, so that any client's extra parameters pass.

/// Facts read from the body of `POST /v1/chat/completions`.
public struct ChatRequest: Sendable, Equatable {
    /// Where the model's name is in the body: the bytes between its quotes, still JSON-escaped, so that an echo needs
    /// no unescaping.
    public var model: Range<Int>?
    /// `max_tokens` or `max_completion_tokens`; at least 1.
    public var maximumTokens: Int?
    /// `ignore_eos`.
    public var ignoresEndOfSequence = false
    /// Bytes of text in all messages; an escape sequence counts as one.
    public var promptBytes = 0
    /// From a `[[fail:MODE]]` marker in a message's text; the first one counts.
    public var failure: FailureMode?

    public init() {}

    /// About what a tokenizer yields for English: a token is 4 bytes. At least 1.
    public var promptTokens: Int { max(1, (promptBytes + 3) / 4) }
}

/// A body that cannot be served: HTTP 400.
public struct ChatRequestError: Error, Sendable, Equatable {
    /// One sentence for the client.
    public let message: String
    /// The key at fault, for the error's `param`.
    public let parameter: String?

    init(_ message: String, parameter: String? = nil) {
        self.message = message
        self.parameter = parameter
    }
}
