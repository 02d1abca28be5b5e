// What must not reach the parser of TOML, which ends the program over it instead of refusing it (toml++ 3.4, found by
// fuzzing): a table's header without a key, a brace where a value belongs and a half-right date, which it asserts not to
// meet, and a key of very many parts, for each of which it calls itself. Of values without quotes only the plain ones are
// let through, as no key of an environment file takes another. Everything else that is wrong is the parser's to say; what
// is looked at here ends where its first error is, so it need be right only up to there.

struct TOMLGuard {
    /// What the parser itself has for nested values is 256.
    private static let keyParts = 1000

    struct Flaw: Error {
        let line: Int
        let reason: String
    }

    private enum Place {
        case plain, comment
        /// In a text that ends with `quote`, once or, over several lines, thrice.
        case text(quote: UInt8, count: Int)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var place = Place.plain
    /// Brackets and braces that are not closed yet.
    private var open: [UInt8] = []
    private var dots = 0
    /// After an equals sign, and in a list before each of its elements.
    private var expectsValue = false
    /// Nothing but blanks since the line began.
    private var isFresh = true

    static func check(_ text: String) throws(Flaw) {
        var guarded = TOMLGuard(bytes: Array(text.utf8))
        // The parser passes over a byte order mark.
        if guarded.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { guarded.index = 3 }
        while guarded.index < guarded.bytes.count { try guarded.step() }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func step() throws(Flaw) {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") { return endLine() }
        switch place {
        case .comment: break
        case .text(let quote, let count):
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                // A line's end that is escaped is still one.
                if index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
            } else if byte == quote, isRepeated(quote, count - 1) {
                index += count - 1
                // Two quotes may stand right before the three that end it.
                while count == 3, index < bytes.count, bytes[index] == quote { index += 1 }
                place = .plain
            }
        case .plain: try plain(byte)
        }
    }

    private mutating func plain(_ byte: UInt8) throws(Flaw) {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return
        case UInt8(ascii: "#"): place = .comment
        case UInt8(ascii: "="): expectsValue = true
        case UInt8(ascii: ","): expectsValue = open.last == UInt8(ascii: "[")
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            expectsValue = false
            let count = isRepeated(byte, 2) ? 3 : 1
            index += count - 1
            place = .text(quote: byte, count: count)
        case UInt8(ascii: "["):
            if isFresh, open.isEmpty {
                try header()
            } else {
                open.append(byte)
                expectsValue = true
            }
        case UInt8(ascii: "{"):
            open.append(byte)
            expectsValue = false
        case UInt8(ascii: "]"): try close(UInt8(ascii: "["), "]")
        case UInt8(ascii: "}"): try close(UInt8(ascii: "{"), "}")
        case _ where expectsValue: try bare()
        case UInt8(ascii: "."):
            dots += 1
            guard dots < Self.keyParts else { throw Flaw(line: line, reason: "a key of more than \(Self.keyParts) parts") }
        default: break
        }
        isFresh = false
    }

    /// After the first bracket of `[key]` or `[[key]]`.
    private mutating func header() throws(Flaw) {
        var next = index
        func skipBlanks() { while next < bytes.count, bytes[next] == UInt8(ascii: " ") || bytes[next] == UInt8(ascii: "\t") { next += 1 } }
        skipBlanks()
        open = [UInt8(ascii: "[")]
        if next < bytes.count, bytes[next] == UInt8(ascii: "[") {
            open.append(UInt8(ascii: "["))
            next += 1
            skipBlanks()
        }
        index = next
        guard next < bytes.count, Self.beginsKey(bytes[next]) else { throw Flaw(line: line, reason: "a table without a name") }
    }

    /// A value without quotes, whose first byte was just read.
    private mutating func bare() throws(Flaw) {
        let ends = Array(" \t\r\n,]}#=\"'[{".utf8)
        let end = bytes[index...].firstIndex { ends.contains($0) } ?? bytes.count
        let text = String(decoding: bytes[(index - 1)..<end], as: UTF8.self)
        let isNumber = text.utf8.count <= 18 && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && (text == "0" || text.first != "0")
        guard isNumber || text == "true" || text == "false" else {
            throw Flaw(line: line, reason: "\(text) is not accepted; expected text in quotes, true or false, a list or a table")
        }
        index = end
        expectsValue = false
    }

    private mutating func close(_ bracket: UInt8, _ shown: String) throws(Flaw) {
        expectsValue = false
        guard open.popLast() == bracket else { throw Flaw(line: line, reason: "\(shown) closes nothing") }
    }

    private static func beginsKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_-\"'".utf8.contains(byte)
        }
    }

    private mutating func endLine() {
        line += 1
        dots = 0
        isFresh = true
        if open.isEmpty { expectsValue = false }
        if case .text(_, 3) = place { return }
        place = .plain
    }

    /// Whether the next `count` bytes are `quote`.
    private func isRepeated(_ quote: UInt8, _ count: Int) -> Bool {
        bytes.count - index >= count && bytes[index..<(index + count)].allSatisfy { $0 == quote }
    }
}
