// A strict walk over JSON bytes (RFC 8259) that builds nothing: an answer of 10 kB holds five numbers we want, and
// an object tree of it would cost more than sending the request did. Strings are skipped by looking for their end;
// their bytes are not checked for UTF-8, because k6's reader is not either (invalid bytes become U+FFFD there).

/// A cursor over one JSON text.
struct JSONWalker {
    /// The text is not JSON.
    struct Malformed: Error {}

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    /// Deeper nesting than this is refused: a server must not choose our stack's depth.
    private static let maximumDepth = 512

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next significant byte, without taking it; 0 at the end.
    mutating func peek() -> UInt8 {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            case let byte: return byte
            }
        }
        return 0
    }

    /// Nothing but white space is left.
    mutating func isAtEnd() -> Bool {
        _ = peek()
        return position >= bytes.count
    }

    mutating func take(_ byte: UInt8) throws(Malformed) {
        guard peek() == byte, position < bytes.count else { throw Malformed() }
        position += 1
    }

    /// Walks an object; `member` gets each key's raw bytes (escapes undecoded) and must take the value.
    mutating func object(
        _ member: (_ key: UnsafeRawBufferPointer, inout JSONWalker) throws(Malformed) -> Void
    ) throws(Malformed) {
        try take(UInt8(ascii: "{"))
        if peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            let key = try string()
            try take(UInt8(ascii: ":"))
            try member(key, &self)
            if try endsList(with: UInt8(ascii: "}")) { return }
        }
    }

    /// Walks an array; `element` must take the value at its index. Returns the number of elements.
    @discardableResult
    mutating func array(_ element: (Int, inout JSONWalker) throws(Malformed) -> Void) throws(Malformed) -> Int {
        try take(UInt8(ascii: "["))
        if peek() == UInt8(ascii: "]") {
            position += 1
            return 0
        }
        var count = 0
        while true {
            try element(count, &self)
            count += 1
            if try endsList(with: UInt8(ascii: "]")) { return count }
        }
    }

    private mutating func endsList(with end: UInt8) throws(Malformed) -> Bool {
        let byte = peek()
        guard position < bytes.count, byte == end || byte == UInt8(ascii: ",") else { throw Malformed() }
        position += 1
        return byte == end
    }

    /// The raw bytes between the quotes of a string.
    mutating func string() throws(Malformed) -> UnsafeRawBufferPointer {
        try take(UInt8(ascii: "\""))
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<(position - 1)])
            case UInt8(ascii: "\\"): try skipEscape()
            case 0x00...0x1F: throw Malformed()
            default: position += 1
            }
        }
        throw Malformed()
    }

    private mutating func skipEscape() throws(Malformed) {
        guard position + 1 < bytes.count else { throw Malformed() }
        switch bytes[position + 1] {
        case UInt8(ascii: "u"):
            guard position + 6 <= bytes.count, bytes[(position + 2)..<(position + 6)].allSatisfy(Self.isHex) else {
                throw Malformed()
            }
            position += 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        default: throw Malformed()
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// A number in JSON's grammar, as a Double.
    mutating func number() throws(Malformed) -> Double {
        _ = peek()
        let start = position
        var mantissa: Int64 = 0
        var isSmallInteger = true
        if at(UInt8(ascii: "-")) { position += 1 }
        let firstDigit = position
        while let digit = digit() {
            mantissa = mantissa &* 10 &+ digit
            position += 1
        }
        let digits = position - firstDigit
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else { throw Malformed() }
        if digits > 17 { isSmallInteger = false }
        if at(UInt8(ascii: ".")) {
            isSmallInteger = false
            position += 1
            try skipDigits()
        }
        if at(UInt8(ascii: "e")) || at(UInt8(ascii: "E")) {
            isSmallInteger = false
            position += 1
            if at(UInt8(ascii: "+")) || at(UInt8(ascii: "-")) { position += 1 }
            try skipDigits()
        }
        if isSmallInteger { return Double(firstDigit > start ? -mantissa : mantissa) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text) else { throw Malformed() }
        return value
    }

    private func at(_ byte: UInt8) -> Bool { position < bytes.count && bytes[position] == byte }

    private func digit() -> Int64? {
        guard position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else {
            return nil
        }
        return Int64(bytes[position] - UInt8(ascii: "0"))
    }

    private mutating func skipDigits() throws(Malformed) {
        guard digit() != nil else { throw Malformed() }
        while digit() != nil { position += 1 }
    }

    /// Takes one value of any kind.
    mutating func skipValue(depth: Int = 0) throws(Malformed) {
        guard depth < Self.maximumDepth else { throw Malformed() }
        switch peek() {
        case UInt8(ascii: "{"):
            try object { (_, walker) throws(Malformed) in try walker.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try array { (_, walker) throws(Malformed) in try walker.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    mutating func literal(_ word: StaticString) throws(Malformed) {
        _ = peek()
        guard bytes.count - position >= word.utf8CodeUnitCount else { throw Malformed() }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] {
            throw Malformed()
        }
        position += word.utf8CodeUnitCount
    }
}
