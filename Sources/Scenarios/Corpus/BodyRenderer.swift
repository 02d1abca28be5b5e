// Entry in, request body out: the template's literals with the entry's own bytes between them. Text without escapes
// is copied as it stands; messages are written again without white space and with JavaScript's numbers (k6 §3.2). What an
// entry has of a request itself takes the place of the template's members.

import Base

struct BodyRenderer: ~Copyable {
    private let template: BodyTemplate
    /// `{"role":"system","content":…},` or nothing.
    private let systemMessage: [UInt8]
    private let streams: Bool
    private var body = ByteBuilder(capacity: 16 << 10)

    init(_ options: CorpusOptions) {
        template = BodyTemplate(options)
        streams = options.streams
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
            if !entry.parameters.isEmpty, let own = parameter(member.key, of: entry, bytes) {
                try append(own, bytes, isFirst: isFirst)
            } else {
                if member.needsLimit, entry.maxTokens == nil { continue }
                if !isFirst { body.append(UInt8(ascii: ",")) }
                for part in member.parts { try append(part, entry, bytes) }
            }
            isFirst = false
        }
        for own in entry.parameters where !template.members.contains(where: { isSame(own, $0.key, bytes) }) {
            // A limit by another name.
            if template.hasFixedLimit, isSame(own, Self.otherLimit, bytes) { continue }
            try append(own, bytes, isFirst: isFirst)
            isFirst = false
        }
        body.append(UInt8(ascii: "}"))
        if let patch = entry.body { try merge(patch, bytes) }
        return body.bytes
    }

    // MARK: - What the entry has itself

    private static let otherLimit = Array("max_completion_tokens".utf8)

    private func isSame(_ own: CorpusEntry.Parameter, _ key: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes[own.key.range].elementsEqual(key)
    }

    private func parameter(_ key: [UInt8], of entry: CorpusEntry, _ bytes: UnsafeRawBufferPointer) -> CorpusEntry.Parameter? {
        entry.parameters.first { isSame($0, key, bytes) }
    }

    private mutating func append(_ own: CorpusEntry.Parameter, _ bytes: UnsafeRawBufferPointer, isFirst: Bool) throws {
        if !isFirst { body.append(UInt8(ascii: ",")) }
        JSONText.append(own.key, in: bytes, to: &body)
        body.append(UInt8(ascii: ":"))
        var scanner = JSONScanner(bytes, range: own.value)
        try appendCompact(&scanner)
    }

    /// By RFC 7396, on trees: few entries have a body of their own, and it may reach anywhere.
    private mutating func merge(_ patch: Range<Int>, _ bytes: UnsafeRawBufferPointer) throws {
        let merged: JSON
        do {
            let changes = try JSON.parse(UnsafeRawBufferPointer(rebasing: bytes[patch]))
            if let stream = changes["stream"], stream != .bool(streams) {
                throw CorpusEntry.Failure(
                    offset: patch.lowerBound,
                    reason: "body.stream: \(stream.shown) is not accepted; expected \(streams), as the key stream of the scenario says")
            }
            merged = try JSON.parse(body.bytes).merging(changes)
        } catch let error as JSONError {
            throw CorpusEntry.Failure(offset: patch.lowerBound, reason: "body cannot be merged over the request: \(error.reason)")
        }
        body.removeAll()
        try append(merged, at: patch.lowerBound)
    }

    private mutating func append(_ value: JSON, at offset: Int) throws {
        switch value {
        case .number(let text):
            guard let number = JSONText.javaScriptNumber(text) else {
                throw CorpusEntry.Failure(offset: offset, reason: "a number beyond the range of a double")
            }
            body.append(number)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                body.append(index == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
                try append(element, at: offset)
            }
            body.append(elements.isEmpty ? "[]" : "]")
        case .object(let members):
            for (index, member) in members.enumerated() {
                body.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
                body.append(JSONText.quoted(member.key))
                body.append(UInt8(ascii: ":"))
                try append(member.value, at: offset)
            }
            body.append(members.isEmpty ? "{}" : "}")
        default: body.append(value.json())
        }
    }

    // MARK: - The template's parts

    private mutating func append(
        _ part: BodyTemplate.Part, _ entry: CorpusEntry, _ bytes: UnsafeRawBufferPointer
    ) throws {
        switch part {
        case .literal(let literal): body.append(literal)
        case .content, .contentInText:
            guard entry.messages == nil, entry.contentIsText, let content = entry.content else {
                throw CorpusEntry.Failure(
                    offset: (entry.messages ?? entry.content)?.lowerBound ?? 0,
                    reason: "request.body uses \(BodyTemplate.promptHole), which needs content as text, not messages")
            }
            let string = JSONString(range: content, hasEscapes: entry.contentHasEscapes)
            if case .content = part {
                JSONText.append(string, in: bytes, to: &body)
            } else {
                JSONText.appendInside(of: string, in: bytes, to: &body)
            }
        case .limit:
            guard let limit = entry.maxTokens else {
                throw CorpusEntry.Failure(
                    offset: (entry.messages ?? entry.content)?.lowerBound ?? 0,
                    reason: "request.body uses \(BodyTemplate.limitHole), and neither the entry nor the run has max_tokens")
            }
            body.append("\(limit)")
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
