// A JSON value whose members keep their order, so that the same run gives the same bytes and a person finds the
// members where the documentation lists them. Encoders of the platform sort by key or not at all.

import Base
import FoundationEssentials

/// An ordered JSON document.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Double(a) == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { member in b.contains { $0.0 == member.0 && $0.1 == member.1 } }
        default: false
        }
    }

    /// The member of an object; `nil` for anything else or when absent.
    package subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == key }?.1
    }

    /// The member at the end of a path of keys.
    package subscript(path keys: String...) -> JSON? {
        keys.reduce(Optional(self)) { $0?[$1] }
    }

    package var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    package var integer: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var text: String? { if case .string(let value) = self { value } else { nil } }
    package var elements: [JSON] { if case .array(let value) = self { value } else { [] } }
    package var members: [(String, JSON)] { if case .object(let value) = self { value } else { [] } }

    /// UTF-8 text. With `indentation` one member a line; without it on one line.
    package func bytes(indentation: Int?) -> [UInt8] {
        var out = ""
        write(to: &out, indentation: indentation, depth: 0)
        return Array(out.utf8)
    }

    private func write(to out: inout String, indentation: Int?, depth: Int) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .int(let value): out += String(value)
        case .double(let value): out += Self.text(of: value)
        case .string(let value): Self.quote(value, to: &out)
        case .array(let values):
            Self.list(values, "[", "]", to: &out, indentation, depth) { value, out in
                value.write(to: &out, indentation: indentation, depth: depth + 1)
            }
        case .object(let members):
            Self.list(members, "{", "}", to: &out, indentation, depth) { member, out in
                Self.quote(member.0, to: &out)
                out += indentation == nil ? ":" : ": "
                member.1.write(to: &out, indentation: indentation, depth: depth + 1)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, to out: inout String, _ indentation: Int?,
        _ depth: Int, _ write: (Element, inout String) -> Void
    ) {
        out += open
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            if let indentation { out += "\n" + String(repeating: " ", count: indentation * (depth + 1)) }
            write(element, &out)
        }
        if let indentation, !elements.isEmpty { out += "\n" + String(repeating: " ", count: indentation * depth) }
        out += close
    }

    /// Shortest text that reads back as the same number; whole numbers without a fraction, as k6 writes them. JSON
    /// has no infinities: they become null.
    private static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }

    private static func quote(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}

extension JSON: Codable {
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Key.self)
            for (key, value) in members { try container.encode(value, forKey: Key(stringValue: key)) }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .int(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .double(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .string(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads any document. Members come in order of their keys: decoders do not tell the order in the text.
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(try keys.map { ($0.stringValue, try container.decode(JSON.self, forKey: $0)) })
        } else if var container = try? decoder.unkeyedContainer() {
            var values: [JSON] = []
            while !container.isAtEnd { values.append(try container.decode(JSON.self)) }
            self = .array(values)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .int(value)
            } else if let value = try? container.decode(Double.self) {
                self = .double(value)
            } else {
                self = .string(try container.decode(String.self))
            }
        }
    }

    /// A value of ours as JSON, members sorted by key.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
    }
}

extension JSON {
    /// A JSON text with its members in their order; of a key that occurs twice the first counts.
    ///
    /// - Throws: ``JSONError``.
    package init(text: String) throws(JSONError) { try self.init(bytes: Array(text.utf8)) }

    /// - Throws: ``JSONError``.
    package init(bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var scanner = JSONScanner(buffer)
            let value = try Self.read(&scanner)
            try scanner.finish()
            return value
        }
    }

    private static func read(_ scanner: inout JSONScanner) throws(JSONError) -> JSON {
        switch try scanner.peek() {
        case .null:
            try scanner.null()
            return .null
        case .bool: return .bool(try scanner.bool())
        case .number:
            let range = try scanner.number()
            let text = String(decoding: scanner.bytes[range], as: UTF8.self)
            if let whole = Int64(text) { return .int(whole) }
            guard let value = Double(text), value.isFinite else { throw scanner.failure("a number beyond a double") }
            return .double(value)
        case .string: return .string(JSONText.decode(try scanner.string(), in: scanner.bytes))
        case .array:
            var elements: [JSON] = []
            try scanner.beginArray()
            while try scanner.nextElement() { elements.append(try read(&scanner)) }
            return .array(elements)
        case .object:
            var members: [(String, JSON)] = []
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                let name = JSONText.decode(key, in: scanner.bytes)
                members.append((name, try read(&scanner)))
            }
            return .object(members)
        }
    }
}
