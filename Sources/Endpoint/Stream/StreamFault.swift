// What goes wrong inside a stream whose status line was good: clients that look at the status only count all of it as success.

/// A fault of a stream; requests that do not stream are served well.
package struct StreamFault: Sendable, Equatable {
    /// The raw values are the modes of `--fail` and of the `[[fail:...]]` marker.
    package enum Kind: String, Sendable, CaseIterable {
        /// Orderly close without the chunk that ends the body.
        case cut = "stream-cut"
        /// TCP reset.
        case reset = "stream-reset"
        /// An error object instead of the rest, then `[DONE]`, as vLLM does it.
        case error = "stream-error"
        /// Bytes that are no event, then the rest.
        case garbage = "stream-garbage"
        /// An event whose JSON stops inside an object, then the rest.
        case badJSON = "stream-bad-json"
        /// The end of the body without `[DONE]`.
        case noDone = "stream-no-done"
        /// `[DONE]` without any finish_reason.
        case noFinish = "stream-no-finish"

        /// Whether it strikes at a place that can be chosen.
        var hasPlace: Bool { self != .noDone && self != .noFinish }
    }

    let kind: Kind
    /// Tokens before it; `nil` is half of them.
    let tokens: Int?

    init(_ kind: Kind, after tokens: Int? = nil) {
        self.kind = kind
        self.tokens = tokens
    }

    /// Reads `stream-cut` or `stream-cut=TOKENS`; `nil` when it is neither.
    init?(_ name: Substring, _ argument: String?) {
        guard let kind = Kind(rawValue: String(name)) else { return nil }
        guard let argument else {
            self.init(kind)
            return
        }
        guard kind.hasPlace, let tokens = Int(argument), (0...ChatRequestScanner.mostTokens).contains(tokens) else { return nil }
        self.init(kind, after: tokens)
    }
}
