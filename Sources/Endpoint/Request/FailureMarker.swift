// `[[fail:MODE]]` in a prompt selects a failure for that request. A label would be nicer, but labels are the client's
// own and never on the wire; the prompt's text is.

enum FailureMarker {
    private static let prefix = Array("[[fail:".utf8)
    /// Longer texts between the brackets are no mode.
    private static let longest = 64

    /// The mode of the first marker in `text`, or `nil` without one.
    ///
    /// - Throws: ``ChatRequestError`` when the first marker names no mode, because a typing error would otherwise run
    ///   as success.
    static func find(in text: Slice<UnsafeRawBufferPointer>) throws(ChatRequestError) -> FailureMode? {
        var rest = text
        while let open = rest.firstIndex(of: UInt8(ascii: "[")) {
            rest = rest[open...]
            guard rest.starts(with: prefix) else {
                rest = rest.dropFirst()
                continue
            }
            let inner = rest.dropFirst(prefix.count).prefix(longest)
            let name = String(decoding: inner.prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self)
            guard rest.dropFirst(prefix.count + name.utf8.count).starts(with: [0x5D, 0x5D]),
                let mode = FailureMode(name)
            else {
                throw ChatRequestError(
                    "The prompt's marker [[fail:...]] names no failure; accepted are \(FailureMode.accepted).",
                    parameter: "messages")
            }
            return mode
        }
        return nil
    }
}
