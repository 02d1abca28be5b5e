// Entry in, request body out: the template's literals with the entry's own bytes between them. Text without escapes
// is copied as it stands; messages are written again without white space and with JavaScript's numbers (k6 §3.2).

import Base

struct BodyRenderer: ~Copyable {
    private let template: BodyTemplate
    /// `{"role":"system","content":…},` or nothing.
    private let systemMessage: [UInt8]
    private var body = ByteBuilder(capacity: 16 << 10)

    init(_ options: CorpusOptions) {
        template = BodyTemplate(options)
        systemMessage =
            options.systemPrompt.map {
                Array(("{\"role\":\"system\",\"content\":" + JSONText.quoted($0) + "},").utf8)
            } ?? []
    }

    /// The body of an entry. The bytes are good until the next call.
    mutating func render(_ entry: CorpusEntry, in bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        body.removeAll()
        body.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in template.members {
            switch member {
            case .promptLimit:
                guard let limit = entry.maxTokens else { continue }
                if !isFirst { body.append(UInt8(ascii: ",")) }
                body.append("\"max_tokens\":\(limit)")
            case .parts(let parts):
                if !isFirst { body.append(UInt8(ascii: ",")) }
                for part in parts { try append(part, entry, bytes) }
            }
            isFirst = false
        }
        body.append(UInt8(ascii: "}"))
        return body.bytes
    }

    private mutating func append(
        _ part: BodyTemplate.Part, _ entry: CorpusEntry, _ bytes: UnsafeRawBufferPointer
    ) throws {
        switch part {
        case .literal(let literal): body.append(literal)
        case .content:
            guard entry.messages == nil, entry.contentIsText else {
                throw CorpusEntry.Failure(
                    offset: (entry.messages ?? entry.content)?.lowerBound ?? 0,
                    reason: "request.body uses \(BodyTemplate.placeholder), which needs content as text, not messages")
            }
            try appendContent(entry, bytes)
        case .messages:
            body.append(UInt8(ascii: "["))
            body.append(systemMessage)
            if let messages = entry.messages {
                var scanner = JSONScanner(bytes, range: messages)
                var isFirst = true
                try scanner.beginArray()
                while try scanner.nextElement() {
                    if !isFirst { body.append(UInt8(ascii: ",")) }
                    isFirst = false
                    try appendCompact(&scanner)
                }
            } else {
                body.append("{\"role\":\"user\",\"content\":")
                try appendContent(entry, bytes)
                body.append(UInt8(ascii: "}"))
            }
            body.append(UInt8(ascii: "]"))
        }
    }

    private mutating func appendContent(_ entry: CorpusEntry, _ bytes: UnsafeRawBufferPointer) throws {
        guard let content = entry.content else { return }
        if entry.contentIsText {
            let string = JSONString(range: content, hasEscapes: entry.contentHasEscapes)
            JSONText.append(string, in: bytes, to: &body)
        } else {
            var scanner = JSONScanner(bytes, range: content)
            try appendCompact(&scanner)
        }
    }

    /// The next value, as JSON.parse followed by JSON.stringify would write it.
    private mutating func appendCompact(_ scanner: inout JSONScanner) throws {
        var isFirst = true
        switch try scanner.peek() {
        case .string: JSONText.append(try scanner.string(), in: scanner.bytes, to: &body)
        case .number:
            let range = try scanner.number()
            guard let text = JSONText.javaScriptNumber(String(decoding: scanner.bytes[range], as: UTF8.self)) else {
                throw CorpusEntry.Failure(offset: range.lowerBound, reason: "a number beyond the range of a double")
            }
            body.append(text)
        case .array:
            body.append(UInt8(ascii: "["))
            try scanner.beginArray()
            while try scanner.nextElement() {
                if !isFirst { body.append(UInt8(ascii: ",")) }
                isFirst = false
                try appendCompact(&scanner)
            }
            body.append(UInt8(ascii: "]"))
        case .object:
            body.append(UInt8(ascii: "{"))
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                if !isFirst { body.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONText.append(key, in: scanner.bytes, to: &body)
                body.append(UInt8(ascii: ":"))
                try appendCompact(&scanner)
            }
            body.append(UInt8(ascii: "}"))
        default:
            let range = try scanner.skipValue()
            body.append(UnsafeRawBufferPointer(rebasing: scanner.bytes[range]))
        }
    }
}
