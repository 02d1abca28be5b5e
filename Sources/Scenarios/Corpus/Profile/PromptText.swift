// The text that a rendered body sends, whoever says it: the contents of its messages one after the other. Read from the body
// and not from the file, so that it is what the server gets.

import Base

struct PromptText {
    /// UTF-8, with a separator between messages.
    private(set) var text: [UInt8] = []
    /// Unicode scalars, without separators.
    private(set) var characters = 0
    /// The entry's `max_tokens` or `max_completion_tokens`.
    private(set) var limit: Int?
    /// Hashes of the first characters, for each of ``CorpusProfile/prefixLengths`` that it is long enough for.
    private(set) var beginnings: [UInt64] = []

    private static let separator: UInt8 = 0x1E

    var identity: TextIdentity {
        var hasher = Hasher()
        text.withUnsafeBytes { hasher.combine(bytes: $0) }
        return TextIdentity(count: text.count, hash: hasher.finalize())
    }

    mutating func read(_ body: UnsafeRawBufferPointer) {
        text.removeAll(keepingCapacity: true)
        limit = nil
        var scanner = JSONScanner(body)
        // Rendered by us, so it is JSON.
        try? readMembers(&scanner)
        if text.last == Self.separator { text.removeLast() }
        characters = Self.characters(in: text)
        hashBeginnings()
    }

    static func characters(in text: some Sequence<UInt8>) -> Int {
        text.reduce(0) { $0 + ($1 & 0xC0 != 0x80 && $1 != separator ? 1 : 0) }
    }

    private mutating func readMembers(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "messages"), try scanner.peek() == .array {
                try scanner.beginArray()
                while try scanner.nextElement() { try readMessage(&scanner) }
            } else if scanner.equals(key, "max_tokens") || scanner.equals(key, "max_completion_tokens") {
                let value = try scanner.skipValue()
                limit = Int(String(decoding: scanner.bytes[value], as: UTF8.self)) ?? limit
            } else {
                try scanner.skipValue()
            }
        }
    }

    private mutating func readMessage(_ scanner: inout JSONScanner) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            guard scanner.equals(key, "content") else {
                try scanner.skipValue()
                continue
            }
            switch try scanner.peek() {
            case .string: append(try scanner.string(), scanner)
            case .array:
                try scanner.beginArray()
                while try scanner.nextElement() { try readContentPart(&scanner) }
            default: try scanner.skipValue()
            }
        }
        text.append(Self.separator)
    }

    /// `{"type": "text", "text": …}`; pictures and sounds have no characters.
    private mutating func readContentPart(_ scanner: inout JSONScanner) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "text"), try scanner.peek() == .string {
                append(try scanner.string(), scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    private mutating func append(_ string: JSONString, _ scanner: JSONScanner) {
        if string.hasEscapes {
            text += Array(JSONText.decode(string, in: scanner.bytes).utf8)
        } else {
            text += scanner.bytes[string.range]
        }
    }

    private mutating func hashBeginnings() {
        beginnings.removeAll(keepingCapacity: true)
        var wanted = CorpusProfile.prefixLengths[...]
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var count = 0
        for byte in text {
            // At the first byte of the next character the one before is whole.
            if byte & 0xC0 != 0x80 {
                if count == wanted.first {
                    beginnings.append(hash)
                    wanted.removeFirst()
                    if wanted.isEmpty { return }
                }
                if byte != Self.separator { count += 1 }
            }
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        if count == wanted.first { beginnings.append(hash) }
    }
}
