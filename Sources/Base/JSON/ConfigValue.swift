// The tree a configuration is read into: JSON's six kinds, with key order and the text of numbers kept, so that an
// error can show exactly what was written and a staged file comes out as it went in. YAML becomes the same tree.

/// A configuration value. Equality is exact: key order and the spelling of numbers count.
package enum ConfigValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's text as written.
    case number(String)
    case string(String)
    case array([ConfigValue])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: ConfigValue
        package init(_ key: String, _ value: ConfigValue) {
            self.key = key
            self.value = value
        }
    }

    /// The member of an object, or nil.
    package subscript(key: String) -> ConfigValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package static func integer(_ value: some BinaryInteger) -> ConfigValue { .number(String(value)) }

    /// What an error calls this value: its JSON text, shortened.
    package var shown: String {
        let text = json()
        return text.count <= 60 ? text : text.prefix(57) + "…"
    }

    // MARK: Reading

    /// Parses one JSON text; a byte order mark is tolerated, a key that occurs twice in an object is not.
    package static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> ConfigValue {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var scanner = JSONScanner(bytes, range: start..<bytes.count)
        let value = try read(&scanner)
        try scanner.finish()
        return value
    }

    package static func parse(_ text: String) throws(JSONError) -> ConfigValue {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try parse(UnsafeRawBufferPointer(buffer))
        }
    }

    package static func read(_ scanner: inout JSONScanner) throws(JSONError) -> ConfigValue {
        switch try scanner.peek() {
        case .null:
            try scanner.null()
            return .null
        case .bool: return .bool(try scanner.bool())
        case .number:
            let range = try scanner.number()
            return .number(String(decoding: scanner.bytes[range], as: UTF8.self))
        case .string: return .string(JSONText.decode(try scanner.string(), in: scanner.bytes))
        case .array:
            var elements: [ConfigValue] = []
            try scanner.beginArray()
            while try scanner.nextElement() { elements.append(try read(&scanner)) }
            return .array(elements)
        case .object:
            var members: [Member] = []
            var seen: Set<String> = []
            try scanner.beginObject()
            while let raw = try scanner.nextKey() {
                let key = JSONText.decode(raw, in: scanner.bytes)
                guard seen.insert(key).inserted else {
                    throw JSONError(offset: raw.range.lowerBound, reason: "key \"\(key)\" occurs twice")
                }
                members.append(Member(key, try read(&scanner)))
            }
            return .object(members)
        }
    }

    // MARK: Writing

    /// Compact JSON. `asciiOnly` writes other characters as `\uXXXX`, as Python's json.dumps does.
    package func json(asciiOnly: Bool = false) -> String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let text): return text
        case .string(let text): return JSONText.quoted(text, asciiOnly: asciiOnly)
        case .array(let elements):
            return "[" + elements.map { $0.json(asciiOnly: asciiOnly) }.joined(separator: ",") + "]"
        case .object(let members):
            let parts = members.map {
                JSONText.quoted($0.key, asciiOnly: asciiOnly) + ":" + $0.value.json(asciiOnly: asciiOnly)
            }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }

    /// Indented by two spaces a level, for people.
    package func prettyJSON(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + $0.prettyJSON(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                inner + JSONText.quoted($0.key, printableOnly: true) + ": " + $0.value.prettyJSON(indent: inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .string(let text):
            return JSONText.quoted(text, printableOnly: true)
        default:
            return json()
        }
    }
}
