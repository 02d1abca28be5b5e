// A beginning that no prompt had before, for servers that remember prompts: caches of prefixes are found from the first token on,
// so what differs there is found nowhere. Bodies are rendered with a place for it, and whoever sends one fills in the number of
// arm and pass; nothing but these bytes differs from the prompt of the corpus.

import Base

/// The nonces of one arm of one run.
package struct PromptNonce: Sendable, Equatable {
    /// `[0123456789abcdef] `.
    package static let width = 19
    static let blank = Array("[0000000000000000] ".utf8)
    /// Behind the label of a prompt that has one.
    package static let labelSuffix = "+nonce"

    private let seed: UInt64

    /// - Parameter run: what no other run has, such as the instant it began at.
    package init(run: UInt64, arm: UInt16) {
        seed = SplitMix64.mix(run ^ UInt64(arm) << 48)
    }

    /// Writes the nonce of one pass over the corpus to the place in a copy of a body.
    package func write(pass: Int, to place: UnsafeMutableRawBufferPointer) {
        var rest = SplitMix64.mix(seed &+ UInt64(truncatingIfNeeded: pass) &* SplitMix64.step)
        for index in 1...16 {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            place[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest >>= 4
        }
    }
}

extension Corpus {
    /// The same prompts with a place for a nonce at the head of each one's first message, and labels that say so.
    ///
    /// - Throws: ``ConfigurationError`` (107) for a body whose first message has no text.
    package func withNonces(file: String) throws(ConfigurationError) -> Corpus {
        var arena = BodyArena()
        var bodies: [Rewritten] = []
        bodies.reserveCapacity(count)
        for index in 0..<count {
            let body = body(at: index)
            guard let place = Self.head(of: body) else {
                arena.release()
                throw ConfigurationError(
                    .corpus,
                    "\(file): entry \(sourceIndex(at: index)): its first message has no text before which a nonce could stand; "
                        + "use another --cache")
            }
            var bytes = Array(body)
            bytes.insert(contentsOf: PromptNonce.blank, at: place)
            let stored = bytes.withUnsafeBytes { arena.store($0) }
            bodies.append(Rewritten(body: stored, length: bytes.count, nonceOffset: UInt32(place)))
        }
        return rewritten(bodies, arena: arena, labels: labels.map { $0 + PromptNonce.labelSuffix })
    }

    /// Where the text of the first message begins.
    private static func head(of body: UnsafeRawBufferPointer) -> Int? {
        var scanner = JSONScanner(body)
        return (try? head(&scanner)) ?? nil
    }

    private static func head(_ scanner: inout JSONScanner) throws(JSONError) -> Int? {
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "messages"), try scanner.peek() == .array {
                try scanner.beginArray()
                return try scanner.nextElement() ? try member("content", isContent: true, &scanner) : nil
            }
            if scanner.equals(key, "prompt"), try scanner.peek() == .string { return try scanner.string().range.lowerBound }
            _ = try scanner.skipValue()
        }
        return nil
    }

    /// The start of the text of a message's content, or of a part of it.
    private static func member(_ name: StaticString, isContent: Bool = false, _ scanner: inout JSONScanner) throws(JSONError) -> Int? {
        guard try scanner.peek() == .object else { return nil }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            guard scanner.equals(key, name) else {
                _ = try scanner.skipValue()
                continue
            }
            switch try scanner.peek() {
            case .string: return try scanner.string().range.lowerBound
            case .array where isContent:
                try scanner.beginArray()
                return try scanner.nextElement() ? try member("text", &scanner) : nil
            default: return nil
            }
        }
        return nil
    }
}
