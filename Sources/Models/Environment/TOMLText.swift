// TOML 1.0 as environment files use it, read into the tree that YAML and JSON are read into, so that one kind of code checks
// all three. Our own, although a library is the rule: the one there is for Swift wraps toml++ 3.4, which ends the program over
// seven kinds of wrong text (fuzzing found them) and loses 640 bytes a file, so that 150 lines of guard had to stand before
// it. Kinds of values that no key of these files takes (dates, floats, arrays of tables) are refused by name.

import Base
import Scenarios

/// A reader of one TOML text. Recursion is bounded by ``depthLimit``.
struct TOMLText {
    /// Levels of lists and tables, and parts of a key. The packaged files have three.
    private static let depthLimit = 64

    private struct Flaw: Error {
        var index: Int
        var reason: String
    }

    private let bytes: [UInt8]
    private var index = 0

    /// - Throws: ``ConfigurationError`` that names `file`, line and column.
    static func parse(_ text: String, file: String) throws(ConfigurationError) -> JSON {
        var reader = TOMLText(bytes: Array(text.utf8))
        if reader.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        do {
            return try reader.document()
        } catch {
            let before = reader.bytes[..<error.index]
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
            throw ConfigurationError(.usage, "\(file): not valid TOML: line \(line), column \(column): \(error.reason)")
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    // MARK: - Lines

    private mutating func document() throws(Flaw) -> JSON {
        var tables = TOMLTables()
        var header: [String] = []
        while true {
            try skipBlankLines()
            guard let byte = peek else { return tables.value }
            let start = index
            if byte == UInt8(ascii: "[") {
                index += 1
                guard peek != UInt8(ascii: "[") else {
                    throw Flaw(index: start, reason: "a list of tables is not accepted: no key takes one")
                }
                skipBlanks()
                header = try key()
                try take("]", "the table's name to end with ]")
                if let problem = tables.open(header) { throw Flaw(index: start, reason: problem) }
            } else {
                let path = try assignment()
                let value = try value(depth: 1)
                if let problem = tables.assign(value, to: path, under: header) { throw Flaw(index: start, reason: problem) }
            }
            skipBlanks()
            try skipComment()
            guard peek == nil || isNewline else { throw Flaw(index: index, reason: "expected the end of the line") }
        }
    }

    /// `key =`, up to the value.
    private mutating func assignment() throws(Flaw) -> [String] {
        let path = try key()
        try take("=", "= after the key")
        skipBlanks()
        return path
    }

    /// One or more parts with dots between them, and the blanks after.
    private mutating func key() throws(Flaw) -> [String] {
        var parts: [String] = []
        repeat {
            skipBlanks()
            parts.append(try keyPart())
            guard parts.count <= Self.depthLimit else { throw Flaw(index: index, reason: "a key of more than \(Self.depthLimit) parts") }
            skipBlanks()
        } while skip(".")
        return parts
    }

    private mutating func keyPart() throws(Flaw) -> String {
        let start = index
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            if isNext("\"\"\"") || isNext("'''") {
                throw Flaw(index: start, reason: "a key is on one line, in single quotes of either kind")
            }
            return try string()
        default:
            while let byte = peek, Self.isBare(byte) { index += 1 }
            guard index > start else { throw Flaw(index: start, reason: "expected a key: letters, digits, - and _, or in quotes") }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    // MARK: - Values

    private mutating func value(depth: Int) throws(Flaw) -> JSON {
        guard depth <= Self.depthLimit else { throw Flaw(index: index, reason: "more than \(Self.depthLimit) levels of lists and tables") }
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default: return try bareValue()
        }
    }

    private mutating func list(depth: Int) throws(Flaw) -> JSON {
        index += 1
        var elements: [JSON] = []
        while true {
            try skipBlankLines()
            if skip("]") { return .array(elements) }
            elements.append(try value(depth: depth + 1))
            try skipBlankLines()
            guard skip(",") || peek == UInt8(ascii: "]") else { throw Flaw(index: index, reason: "expected , or ] in a list") }
        }
    }

    private mutating func inlineTable(depth: Int) throws(Flaw) -> JSON {
        index += 1
        var tables = TOMLTables()
        skipBlanks()
        if skip("}") { return tables.value }
        while true {
            let start = index
            let path = try assignment()
            if let problem = tables.assign(try value(depth: depth + 1), to: path, under: []) { throw Flaw(index: start, reason: problem) }
            skipBlanks()
            if skip("}") { return tables.value }
            try take(",", ", or } in a table on one line")
            skipBlanks()
        }
    }

    /// A value without quotes: `true`, `false` or a whole number.
    private mutating func bareValue() throws(Flaw) -> JSON {
        let start = index
        let ends = " \t\r\n,]}#=\"'[{".utf8
        while let byte = peek, !ends.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case _
        where (1...18).contains(text.utf8.count) && text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            && (text == "0" || text.first != "0"):
            return .number(text)
        default:
            throw Flaw(
                index: start,
                reason:
                    "\(text.isEmpty ? "a missing value" : text) is not accepted; expected text in quotes, true or false, a list or a table")
        }
    }

    // MARK: - Texts

    /// A text in `"`, `'`, `"""` or `'''`, at its first quote.
    private mutating func string() throws(Flaw) -> String {
        let start = index
        let quote = bytes[index]
        let isLong = isNext(quote == UInt8(ascii: "\"") ? "\"\"\"" : "'''")
        index += isLong ? 3 : 1
        if isLong { _ = skipNewline() }
        var text: [UInt8] = []
        while let byte = peek {
            if byte == quote {
                if !isLong {
                    index += 1
                    return String(decoding: text, as: UTF8.self)
                }
                let run = bytes[index...].prefix { $0 == quote }.count
                // One or two quotes may stand in the text, also right before the three that end it.
                text.append(contentsOf: repeatElement(quote, count: run < 3 ? run : min(run, 5) - 3))
                index += min(run, 5)
                if run >= 3 { return String(decoding: text, as: UTF8.self) }
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try escape(isLong: isLong, into: &text)
            } else if isLong, skipNewline() {
                text.append(UInt8(ascii: "\n"))
            } else {
                guard !Self.isControl(byte) else { break }
                text.append(byte)
                index += 1
            }
        }
        if let byte = peek, Self.isControl(byte), byte != UInt8(ascii: "\n"), !isNewline {
            throw Flaw(index: index, reason: "a control character in a text")
        }
        throw Flaw(index: start, reason: "a text whose closing quote is missing\(isLong ? "" : " on its line")")
    }

    private mutating func escape(isLong: Bool, into text: inout [UInt8]) throws(Flaw) {
        let start = index
        index += 1
        let kind = peek
        if isLong, kind == UInt8(ascii: " ") || kind == UInt8(ascii: "\t") || isNewline {
            skipBlanks()
            guard skipNewline() else { throw Flaw(index: start, reason: "a backslash before a blank") }
            repeat { skipBlanks() } while skipNewline()
            return
        }
        index += 1
        switch kind {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(bytes[index - 1])
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = bytes[index...].prefix(kind == UInt8(ascii: "u") ? 4 : 8)
            guard digits.count == (kind == UInt8(ascii: "u") ? 4 : 8), digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
                let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(value)
            else { throw Flaw(index: start, reason: "\\\(kind == UInt8(ascii: "u") ? "u" : "U") without the code of a character") }
            text.append(contentsOf: Array(String(scalar).utf8))
            index += digits.count
        default:
            throw Flaw(
                index: start,
                reason: "a backslash that begins no escape; expected \\b \\t \\n \\f \\r \\\" \\\\ \\u \\U, or '…' around the text")
        }
    }

    /// What no text and no comment may hold; a tab may stand in both.
    private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7F }

    // MARK: - Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private var isNewline: Bool { isNext("\n") || isNext("\r\n") }

    private func isNext(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes.count - index >= $0.count && bytes[index..<(index + $0.count)].elementsEqual($0) }
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        guard isNext(text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    private mutating func take(_ text: StaticString, _ expected: String) throws(Flaw) {
        guard skip(text) else { throw Flaw(index: index, reason: "expected \(expected)") }
    }

    private mutating func skipNewline() -> Bool { skip("\n") || skip("\r\n") }

    private mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
    }

    private mutating func skipComment() throws(Flaw) {
        guard peek == UInt8(ascii: "#") else { return }
        while let byte = peek, !isNewline {
            guard !Self.isControl(byte) else { throw Flaw(index: index, reason: "a control character in a comment") }
            index += 1
        }
    }

    private mutating func skipBlankLines() throws(Flaw) {
        repeat {
            skipBlanks()
            try skipComment()
        } while skipNewline()
    }
}
