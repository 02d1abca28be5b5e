// Whether the model that answered is the one that was asked for. Services resolve an alias to a dated name, and gateways add
// or take away the place a model comes from; neither is a reason to doubt a measurement, and a warning that is always there
// is read by nobody. Only asked when the two names differ.

enum ModelName {
    /// `gpt-4o` answered as `gpt-4o-2024-08-06`, `openai/gpt-4o` as `gpt-4o`, `/models/x` as `x` and the other way round.
    static func isSame(_ answered: String, as asked: String) -> Bool {
        // Two places are two models; one place and none are one.
        let areBothInPlaces = answered.contains("/") && asked.contains("/")
        let pair = areBothInPlaces ? (answered, asked) : (last(answered), last(asked))
        return !pair.0.isEmpty && (isAlias(pair.1, of: pair.0) || answered.hasSuffix("/" + asked) || asked.hasSuffix("/" + answered))
    }

    private static func last(_ name: String) -> String { String(name.split(separator: "/").last ?? "") }

    private static func isAlias(_ asked: String, of answered: String) -> Bool {
        let stem = asked.hasSuffix("-latest") ? String(asked.dropLast("-latest".count)) : asked
        return answered == asked || !stem.isEmpty && answered.hasPrefix(stem) && isVersion(Array(answered.utf8.dropFirst(stem.utf8.count)))
    }

    /// `-2024-08-06`, `-20241022`, `@20240620`, `-0613`, `-002`: three digits at least, since `-72` may be a size. `:latest` is
    /// what no tag means.
    private static func isVersion(_ rest: [UInt8]) -> Bool {
        if rest.elementsEqual(":latest".utf8) { return true }
        guard rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "@") else { return false }
        let groups = rest.dropFirst().split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }) else { return false }
        return groups.count == 1 ? groups[0].count >= 3 : groups.map(\.count) == [4, 2, 2]
    }
}
