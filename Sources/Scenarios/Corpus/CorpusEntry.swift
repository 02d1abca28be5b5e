// One entry of a corpus file as byte ranges: what a body needs of it (k6 §3.2), checked, nothing copied. Keys nobody
// reads are passed over as in k6; keys that are read must have the right type, where k6 sends whatever is there.

import Base

struct CorpusEntry {
    /// Text or parts; nil if absent or null.
    var content: Range<Int>?
    var contentIsText = false
    var contentHasEscapes = false
    var messages: Range<Int>?
    /// Nil if absent or null.
    var label: String?
    var maxTokens: Int?

    /// An entry that is JSON but not a prompt. `offset` is the value's.
    struct Failure: Error {
        let offset: Int
        let reason: String
    }

    /// Reads one entry.
    init(_ scanner: inout JSONScanner) throws {
        let start = scanner.offset
        guard try scanner.peek() == .object else {
            throw Failure(offset: scanner.offset, reason: "expected an object with content or messages")
        }
        var seen: UInt8 = 0
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            let bit: UInt8
            if scanner.equals(key, "content") {
                bit = 1
                try readContent(&scanner)
            } else if scanner.equals(key, "label") {
                bit = 2
                try readLabel(&scanner)
            } else if scanner.equals(key, "max_tokens") {
                bit = 4
                try readMaxTokens(&scanner)
            } else if scanner.equals(key, "messages") {
                bit = 8
                try readMessages(&scanner)
            } else {
                bit = 0
                try scanner.skipValue()
            }
            guard seen & bit == 0 else {
                throw Failure(
                    offset: key.range.lowerBound, reason: "\(JSONText.decode(key, in: scanner.bytes)) occurs twice")
            }
            seen |= bit
        }
        if content == nil, messages == nil {
            throw Failure(offset: start, reason: "has neither content nor messages")
        }
    }

    private mutating func readContent(_ scanner: inout JSONScanner) throws {
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .string:
            let string = try scanner.string()
            content = string.range
            contentIsText = true
            contentHasEscapes = string.hasEscapes
        case .array: content = try scanner.skipValue()
        default: throw Failure(offset: scanner.offset, reason: "content: expected text, or a list of content parts")
        }
    }

    private mutating func readMessages(_ scanner: inout JSONScanner) throws {
        let accepted = "messages: expected a list of message objects with at least one"
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .array:
            let start = scanner.offset
            var count = 0
            try scanner.beginArray()
            while try scanner.nextElement() {
                guard try scanner.peek() == .object else { throw Failure(offset: scanner.offset, reason: accepted) }
                try scanner.skipValue()
                count += 1
            }
            if count == 0 { throw Failure(offset: start, reason: accepted) }
            messages = start..<scanner.offset
        default: throw Failure(offset: scanner.offset, reason: accepted)
        }
    }

    private mutating func readLabel(_ scanner: inout JSONScanner) throws {
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .string: label = JSONText.decode(try scanner.string(), in: scanner.bytes)
        case .bool: label = try scanner.bool() ? "true" : "false"
        case .number:
            let text = String(decoding: scanner.bytes[try scanner.number()], as: UTF8.self)
            label = JSONText.javaScriptNumber(text) ?? text
        default:
            throw Failure(offset: scanner.offset, reason: "label: expected text, a number or true/false")
        }
    }

    private mutating func readMaxTokens(_ scanner: inout JSONScanner) throws {
        let accepted = "max_tokens: expected a whole number from 1 to 1000000000"
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .number:
            let range = try scanner.number()
            let text = String(decoding: scanner.bytes[range], as: UTF8.self)
            guard let count = JSONText.javaScriptNumber(text).flatMap({ Int($0) }), 1...1_000_000_000 ~= count else {
                throw Failure(offset: range.lowerBound, reason: accepted)
            }
            maxTokens = count
        default: throw Failure(offset: scanner.offset, reason: accepted)
        }
    }
}
