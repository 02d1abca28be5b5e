// What turns a corpus entry into a request body, beside the entry itself. Resolved from the run configuration.

import Base

package struct CorpusOptions: Sendable, Equatable {
    /// The body's `model`; nil leaves it out.
    package var model: String?
    package var maxTokens: MaxTokens
    /// Appends `"ignore_eos":true`.
    package var ignoreEOS: Bool
    /// Asks for the answer as a stream, with `usage` at its end.
    package var streams: Bool
    /// Labels to keep; empty keeps all.
    package var promptLabels: [String]
    /// Content of a system message put before every prompt's messages.
    package var systemPrompt: String?
    /// Merged over the default body (RFC 7396); an object.
    package var bodyPatch: JSON?

    package init(
        model: String? = nil, maxTokens: MaxTokens = .perPrompt, ignoreEOS: Bool = false, streams: Bool = false,
        promptLabels: [String] = [], systemPrompt: String? = nil, bodyPatch: JSON? = nil
    ) {
        self.model = model
        self.maxTokens = maxTokens
        self.ignoreEOS = ignoreEOS
        self.streams = streams
        self.promptLabels = promptLabels
        self.systemPrompt = systemPrompt
        self.bodyPatch = bodyPatch
    }
}

extension CorpusOptions {
    /// The model that the rendered bodies ask for.
    var modelAsked: String? {
        switch bodyPatch?["model"] {
        case nil: model
        case .string(let patched)?: patched
        default: nil
        }
    }

    /// Completion tokens that the answer to `entry` must have, -1 when that is not fixed. A body that was patched in
    /// this respect is its author's affair.
    func tokensAsked(of entry: CorpusEntry, in bytes: UnsafeRawBufferPointer) -> Int32 {
        let isPatched = ["max_tokens", "max_completion_tokens", "ignore_eos"].contains { bodyPatch?[$0] != nil }
        let hasOwnLimit =
            entry.body != nil || entry.parameters.contains { bytes[$0.key.range].elementsEqual("max_completion_tokens".utf8) }
        guard ignoreEOS, !isPatched, !hasOwnLimit else { return -1 }
        let limit: Int? =
            switch maxTokens {
            case .perPrompt: entry.maxTokens.map { Int($0) }
            case .fixed(let count): count
            }
        return limit.flatMap { Int32(exactly: $0) } ?? -1
    }
}
