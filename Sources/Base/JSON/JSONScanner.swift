// A pull reader of JSON text (RFC 8259) that builds nothing: it hands out kinds and byte ranges and checks what it
// passes. Corpora of hundreds of megabytes and every response of a run go through it, so strings without escapes are
// checked sixteen bytes at a time and can be copied as they stand. Strict: no comments, no trailing commas, no NaN,
// valid UTF-8 only, nesting bounded.

internal import CPlainBytes

/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Byte offset into the scanned buffer.
    public let offset: Int
    public let reason: String

    public init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    public var description: String { "\(reason) at byte \(offset)" }
}

/// A string as it stands in the buffer: the bytes between the quotes, and whether any of them is a backslash.
public struct JSONString: Sendable, Equatable {
    public let range: Range<Int>
    public let hasEscapes: Bool

    public init(range: Range<Int>, hasEscapes: Bool) {
        self.range = range
        self.hasEscapes = hasEscapes
    }
}

/// Reads one buffer from front to back. The buffer must outlive the scanner.
///
/// Public, because Swift 6.3 inlines across modules what is `@inlinable public`, and not what is `@inlinable package`:
/// ``equals(_:_:)`` as a call was 1,726 instructions of an answer of 1.2 kB.
///
///     var scanner = JSONScanner(bytes)
///     try scanner.beginObject()
///     while let key = try scanner.nextKey() {
///         if scanner.equals(key, "usage") { … } else { try scanner.skipValue() }
///     }
///     try scanner.finish()
public struct JSONScanner {
    public enum Kind: Sendable, Equatable { case object, array, string, number, bool, null }

    /// Arrays and objects inside each other before a text of ours is refused: readers of whole trees go down by recursion.
    public static let nestingLimit = 128
    /// The same for the answers of servers, of which only the top is read by recursion: as deep as Go's encoding/json,
    /// and so k6's `json()`, goes. (`JSON.parse` has no limit there but memory.)
    public static let answerNestingLimit = 10_000

    public let bytes: UnsafeRawBufferPointer
    /// The next byte to read.
    public private(set) var offset: Int
    private let end: Int
    private let depthLimit: Int
    private var depth = 0
    /// True between an opening bracket and the first thing after it: no comma may stand there.
    private var atStart = false

    public init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int = nestingLimit) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        offset = 0
        end = bytes.count
    }

    public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.init(UnsafeRawBufferPointer(bytes)) }

    /// Reads only `range` of the buffer; offsets stay those of the whole buffer.
    public init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        self.bytes = bytes
        depthLimit = Self.nestingLimit
        offset = range.lowerBound
        end = range.upperBound
    }

    // MARK: Values

    /// The kind of the next value, without reading it.
    @inline(__always)
    public mutating func peek() throws(JSONError) -> Kind {
        switch try nextByte() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw failure("expected a value")
        }
    }

    public mutating func null() throws(JSONError) { try literal("null") }

    public mutating func bool() throws(JSONError) -> Bool {
        let isTrue = try nextByte() == UInt8(ascii: "t")
        try literal(isTrue ? "true" : "false")
        return isTrue
    }

    /// A string; its bytes are checked (UTF-8, no raw control characters, well-formed escapes) but not decoded.
    public mutating func string() throws(JSONError) -> JSONString {
        guard try nextByte() == UInt8(ascii: "\"") else { throw failure("expected a string") }
        offset += 1
        let start = offset
        let hasEscapes = try scanStringBody()
        atStart = false
        return JSONString(range: start..<offset - 1, hasEscapes: hasEscapes)
    }

    /// A number's text, checked against RFC 8259's grammar.
    public mutating func number() throws(JSONError) -> Range<Int> {
        _ = try nextByte()
        let start = offset
        if byte(at: offset) == UInt8(ascii: "-") { offset += 1 }
        if byte(at: offset) == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if byte(at: offset) == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if byte(at: offset) | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if byte(at: offset) == UInt8(ascii: "+") || byte(at: offset) == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        atStart = false
        return start..<offset
    }

    /// Reads over one value of any kind, checking it, and returns where it stands.
    @discardableResult
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        let kind = try peek()
        let start = offset
        switch kind {
        case .null: try null()
        case .bool: _ = try bool()
        case .number: _ = try number()
        case .string: _ = try string()
        case .array, .object: try skipContainer(isObject: kind == .object)
        }
        return start..<offset
    }

    /// An array or object with all that is in it, without recursion: whether the levels around are objects is a stack of
    /// bits, of which the first 64 need no memory.
    private mutating func skipContainer(isObject: Bool) throws(JSONError) {
        var around: [UInt64] = []
        var objects: UInt64 = isObject ? 1 : 0
        var level = 1
        if isObject { try beginObject() } else { try beginArray() }
        while true {
            let isInObject = objects & 1 == 1
            guard try isInObject ? nextKey() != nil : nextElement() else {
                level -= 1
                if level == 0 { return }
                if level & 63 == 0, let outer = around.popLast() { objects = outer } else { objects >>= 1 }
                continue
            }
            let kind = try peek()
            switch kind {
            case .null: try null()
            case .bool: _ = try bool()
            case .number: _ = try number()
            case .string: _ = try string()
            case .array, .object:
                if kind == .object { try beginObject() } else { try beginArray() }
                if level & 63 == 0 {
                    around.append(objects)
                    objects = 0
                }
                objects = objects << 1 | (kind == .object ? 1 : 0)
                level += 1
            }
        }
    }

    // MARK: Containers

    public mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "an object") }

    public mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "an array") }

    /// The next key, with its colon read, or nil at the end of the object.
    public mutating func nextKey() throws(JSONError) -> JSONString? {
        guard try advance(closing: UInt8(ascii: "}")) else { return nil }
        let key = try string()
        guard try nextByte() == UInt8(ascii: ":") else { throw failure("expected ':'") }
        offset += 1
        return key
    }

    /// True if another element follows, false at the end of the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try advance(closing: UInt8(ascii: "]"))
    }

    /// Only white space may be left.
    public mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard offset == end else { throw failure("unexpected text after the value") }
    }

    // MARK: Bytes

    public mutating func skipWhitespace() {
        while offset < end {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    /// Passes blanks up to and including a line feed; false if anything else stands before it. For JSON Lines.
    public mutating func skipLineEnd() -> Bool {
        while offset < end {
            switch bytes[offset] {
            case 0x0A:
                offset += 1
                return true
            case 0x20, 0x0D, 0x09: offset += 1
            default: return false
            }
        }
        return true
    }

    /// The next byte that is not white space, unread.
    @inline(__always)
    public mutating func nextByte() throws(JSONError) -> UInt8 {
        // Servers send JSON without blanks, so it nearly always is the very next one.
        if offset < end, bytes[offset] > 0x20 { return bytes[offset] }
        return try nextByteAfterBlanks()
    }

    @inline(never)
    private mutating func nextByteAfterBlanks() throws(JSONError) -> UInt8 {
        // One blank, which is what Python's json writes after each comma and colon.
        if end &- offset > 1, bytes[offset] == 0x20, bytes[offset &+ 1] > 0x20 {
            offset &+= 1
            return bytes[offset]
        }
        skipWhitespace()
        guard offset < end else { throw failure("unexpected end of the text") }
        return bytes[offset]
    }

    public var isAtEnd: Bool { offset >= end }

    /// Whether a string means exactly this ASCII text, however it is written: `"c\u006fntent"` is `content`.
    // Inlined, because nearly every comparison is decided by the length, a constant there.
    @inlinable @inline(__always)
    public func equals(_ string: JSONString, _ text: StaticString) -> Bool {
        guard string.range.count == text.utf8CodeUnitCount, !string.hasEscapes else {
            return string.hasEscapes && equalsUnescaped(string, text)
        }
        let base = bytes.baseAddress! + string.range.lowerBound
        for index in 0..<string.range.count
        where base.load(fromByteOffset: index, as: UInt8.self) != text.utf8Start[index] { return false }
        return true
    }

    @usableFromInline @inline(never)
    func equalsUnescaped(_ string: JSONString, _ text: StaticString) -> Bool {
        var at = string.range.lowerBound
        for index in 0..<text.utf8CodeUnitCount {
            guard at < string.range.upperBound else { return false }
            var unit = UInt16(bytes[at])
            at += 1
            if unit == UInt16(UInt8(ascii: "\\")) {
                let escape = bytes[at]
                at += 1
                if escape == UInt8(ascii: "u") {
                    unit = JSONText.hexUnit(bytes, at: at, end: string.range.upperBound) ?? 0xFFFF
                    at += 4
                } else {
                    unit = UInt16(JSONText.escapedByte(escape))
                }
            }
            guard unit == UInt16(text.utf8Start[index]) else { return false }
        }
        return at == string.range.upperBound
    }

    /// Whether a string without escapes is exactly these bytes.
    public func equals(_ string: JSONString, _ text: UnsafeRawBufferPointer) -> Bool {
        !string.hasEscapes && UnsafeRawBufferPointer(rebasing: bytes[string.range]).elementsEqual(text)
    }

    public func failure(_ reason: String) -> JSONError { JSONError(offset: offset, reason: reason) }

    private func byte(at index: Int) -> UInt8 { index < end ? bytes[index] : 0 }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while offset < end, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
        if offset == start { throw failure("malformed number") }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        _ = try nextByte()
        let count = text.utf8CodeUnitCount
        guard end - offset >= count else { throw failure("expected \(text)") }
        for index in 0..<count where bytes[offset + index] != text.utf8Start[index] {
            throw failure("expected \(text)")
        }
        offset += count
        atStart = false
    }

    private mutating func begin(_ bracket: UInt8, _ what: String) throws(JSONError) {
        guard try nextByte() == bracket else { throw failure("expected \(what)") }
        depth += 1
        if depth > depthLimit { throw failure("nested deeper than \(depthLimit) levels") }
        offset += 1
        atStart = true
    }

    private mutating func advance(closing: UInt8) throws(JSONError) -> Bool {
        let byte = try nextByte()
        if byte == closing {
            offset += 1
            depth -= 1
            atStart = false
            return false
        }
        if atStart {
            atStart = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw failure("expected ',' or the closing bracket") }
            offset += 1
            // A bracket here would be a trailing comma.
            if try nextByte() == closing { throw failure("trailing comma") }
        }
        return true
    }

    /// From after the opening quote to after the closing one; true if there were escapes.
    private mutating func scanStringBody() throws(JSONError) -> Bool {
        var hasEscapes = false
        while true {
            passPlainBytes()
            guard offset < end else { throw failure("unterminated string") }
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape()
            case 0..<0x20:
                throw failure("control character in a string")
            case 0x80...:
                let length = UTF8Sequence.length(in: bytes, at: offset, end: end)
                if length == 0 { throw failure("invalid UTF-8") }
                offset += length
            default:
                offset += 1
            }
        }
    }

    /// Passes bytes of a string that mean themselves, up to a special one or the last of the buffer.
    @inline(__always)
    private mutating func passPlainBytes() {
        offset &+= sml_plain_bytes(bytes.baseAddress! + offset, end &- offset)
    }

    private mutating func scanEscape() throws(JSONError) {
        offset += 1
        switch byte(at: offset) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        case UInt8(ascii: "u"):
            guard JSONText.hexUnit(bytes, at: offset + 1, end: end) != nil else {
                throw failure("malformed \\u escape")
            }
            offset += 5
        default:
            throw failure("unknown escape")
        }
    }
}
