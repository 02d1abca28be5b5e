// One entry of a corpus file as byte ranges: what a body needs of it (k6 §3.2), checked, nothing copied. Keys that are read
// must have the right type, where k6 sends whatever is there; keys nobody sends are counted. What other programs' files have
// instead of our keys is in CorpusEntry+Forms.

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
    /// Keys of the request that this entry has for itself, in its order; none is null.
    var parameters: [Parameter] = []
    /// Merged over the entry's request; an object.
    var body: Range<Int>?
    var form = EntryForm.prompt
    /// A conversation in which no human says anything.
    var isLeftOut = false

    struct Parameter {
        let key: JSONString
        let value: Range<Int>
    }

    /// An entry that is JSON but not a prompt. `offset` is the value's.
    struct Failure: Error {
        let offset: Int
        let reason: String
    }

    /// What the keys of other forms hold, until it is known which form this is.
    struct Others {
        var prompt: (key: JSONString, value: Range<Int>)?
        var conversations: (key: JSONString, value: Range<Int>)?
        var customID: JSONString?
        var method: JSONString?
        var url: (key: JSONString, value: Range<Int>)?
        var id: JSONString?
    }

    /// Reads one entry.
    init(_ scanner: inout JSONScanner, _ reading: inout CorpusReading) throws {
        switch try scanner.peek() {
        case .object: break
        case .string:
            form = .text
            takeContent(try scanner.string())
            return
        default:
            throw Failure(offset: scanner.offset, reason: "expected an object with content or messages, or a text")
        }
        let start = scanner.offset
        var others = Others()
        var seen: UInt64 = 0
        func first(_ bit: UInt64, _ key: JSONString) throws {
            guard seen & bit == 0 else {
                throw Failure(offset: key.range.lowerBound, reason: "\(JSONText.decode(key, in: scanner.bytes)) occurs twice")
            }
            seen |= bit
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "content") {
                try first(1, key)
                try readContent(&scanner)
            } else if scanner.equals(key, "label") {
                try first(2, key)
                try readLabel(&scanner)
            } else if scanner.equals(key, "max_tokens") {
                try first(4, key)
                try readMaxTokens(&scanner)
            } else if scanner.equals(key, "messages") {
                try first(8, key)
                try readMessages(&scanner)
            } else if scanner.equals(key, "body") {
                try first(16, key)
                try readBody(&scanner)
            } else if let index = RequestKeys.index(of: key, in: scanner) {
                try first(1 << (32 + UInt64(index)), key)
                if try readParameter(key, &scanner) { reading.countSent(index) }
            } else if try !others.read(key, &scanner) {
                reading.countUnsent(key, in: scanner)
                try scanner.skipValue()
            }
        }
        if content == nil, messages == nil {
            try takeOtherForm(&others, entry: start..<scanner.offset, scanner, &reading)
        }
        if body != nil { reading.countBody() }
        others.countUnsent(in: scanner, &reading)
    }

    /// Everything of the entry that is sent or tells prompts apart, as the file has it.
    func add(to digest: inout Fingerprint, label: String, in bytes: UnsafeRawBufferPointer) {
        func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
        digest.add(label)
        digest.add(messages == nil ? "content" : "messages")
        if let text = messages ?? content { digest.add(piece(text)) }
        digest.add(maxTokens.map { "\($0)" } ?? "")
        for parameter in parameters {
            digest.add(piece(parameter.key.range))
            digest.add(piece(parameter.value))
        }
        if let body { digest.add(piece(body)) }
    }

    // MARK: - Values

    mutating func takeContent(_ string: JSONString) {
        content = string.range
        contentIsText = true
        contentHasEscapes = string.hasEscapes
    }

    private mutating func readContent(_ scanner: inout JSONScanner) throws {
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .string: takeContent(try scanner.string())
        case .array: content = try scanner.skipValue()
        default: throw Failure(offset: scanner.offset, reason: "content: expected text, or a list of content parts")
        }
    }

    mutating func readMessages(_ scanner: inout JSONScanner) throws {
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

    mutating func readMaxTokens(_ scanner: inout JSONScanner) throws {
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

    private mutating func readBody(_ scanner: inout JSONScanner) throws {
        switch try scanner.peek() {
        case .null: try scanner.null()
        case .object: body = try scanner.skipValue()
        default: throw Failure(offset: scanner.offset, reason: "body: expected an object that is merged over the entry's request")
        }
    }

    /// False for a null, which is the same as no key.
    mutating func readParameter(_ key: JSONString, _ scanner: inout JSONScanner) throws -> Bool {
        guard try scanner.peek() != .null else {
            try scanner.null()
            return false
        }
        let bytes = scanner.bytes
        // Keys are compared as they stand from here on.
        guard !key.hasEscapes else {
            throw Failure(offset: key.range.lowerBound, reason: "\(JSONText.decode(key, in: bytes)): write this key without escapes")
        }
        guard !parameters.contains(where: { bytes[$0.key.range].elementsEqual(bytes[key.range]) }) else {
            throw Failure(offset: key.range.lowerBound, reason: "\(JSONText.decode(key, in: bytes)) occurs twice")
        }
        parameters.append(Parameter(key: key, value: try scanner.skipValue()))
        return true
    }
}
