// The one tree of everything that is a document: configurations, scenarios, answers of FirecREST, summaries. JSON's six
// kinds, with the order of keys and the text of numbers kept, so that an error shows exactly what was written, a staged
// file comes out as it went in, and the same run gives the same bytes. YAML and TOML become the same tree.

/// A JSON value. Equality is exact: key order and the spelling of numbers count; ``canonical`` is without both.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's text as written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSON
        package init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    // MARK: Building

    /// An object of pairs, as tables of members are written. The case itself takes precedence for `[]`.
    @_disfavoredOverload
    package static func object(_ members: [(String, JSON)]) -> JSON { .object(members.map { Member($0, $1) }) }

    package static func int(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

    /// Shortest text that reads back as the same number; whole numbers without a fraction, as k6 writes them. JSON has no
    /// infinities: they become null.
    package static func double(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return .int(whole) }
        return .number(value.description)
    }

    // MARK: Looking

    /// The member of an object; nil for anything else or when absent.
    package subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The member at the end of a path of keys.
    package subscript(path keys: String...) -> JSON? {
        keys.reduce(Optional(self)) { $0?[$1] }
    }

    /// A number's value; nil for anything else, and for one that no double can hold.
    package var number: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// A whole number's value, however it is written (`3`, `3.0`, `3e0`).
    package var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text) ?? number.flatMap { Int64(exactly: $0) }
    }

    package var text: String? { if case .string(let value) = self { value } else { nil } }
    package var elements: [JSON] { if case .array(let value) = self { value } else { [] } }
    package var members: [(key: String, value: JSON)] {
        if case .object(let members) = self { members.map { ($0.key, $0.value) } } else { [] }
    }

    /// What an error calls this value: its JSON text, shortened.
    package var shown: String {
        let text = json()
        return text.count <= 60 ? text : text.prefix(57) + "…"
    }

    /// The same value in the one form it has after a journey through an encoder: members by key, numbers as
    /// ``int(_:)`` and ``double(_:)`` write them.
    package var canonical: JSON {
        switch self {
        case .number(let text): Int64(text).map { .int($0) } ?? .double(Double(text) ?? .infinity)
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let members): .object(members.map { Member($0.key, $0.value.canonical) }.sorted { $0.key < $1.key })
        default: self
        }
    }
}
