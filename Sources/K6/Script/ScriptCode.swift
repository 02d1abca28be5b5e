// The code of a JavaScript file without what means nothing: comments, empty lines, blanks between words and signs. What is
// left of two scripts is the same only if they do the same. Not a parser: it knows comments, the three kinds of quotes and
// escapes. A regular expression that looks like a comment or a string leads it astray, and then what is left is another
// script's, which is the safe side.

/// A script's text, prepared for comparing.
package struct ScriptCode: Sendable {
    package struct Line: Sendable, Equatable {
        /// In the file, from 1.
        package let number: Int
        /// Without comments and blanks that mean nothing; never empty.
        package let text: String
    }

    /// Lines with code, in order.
    package let lines: [Line]
    /// All of it in one piece, wherever lines were broken.
    let joined: [UInt8]

    package init(_ source: String) {
        var scanner = Scanner(bytes: Array(source.utf8))
        scanner.scan()
        joined = scanner.code
        let ends = scanner.starts.dropFirst().map(\.offset) + [scanner.code.count]
        lines = zip(scanner.starts, ends).map { start, end in
            // The blank or line break before a line's first word keeps it apart from the line before.
            let bytes = scanner.code[start.offset..<end].drop { $0 == Scanner.blank || $0 == Scanner.newline }
            return Line(number: start.line, text: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The text that `const NAME =` puts together of string literals with `+`; nil if there is no such constant, or if it is
    /// anything else than that.
    package func textConstant(_ name: String) -> String? {
        let head = Array("const \(name)=".utf8)
        guard let start = joined.indices.first(where: { joined[$0...].starts(with: head) }) else { return nil }
        var rest = joined[(start + head.count)...]
        var text: [UInt8] = []
        while let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            while let byte = rest.popFirst(), byte != quote {
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                guard let letter = rest.popFirst(), let meant = Self.escaped(letter) else { return nil }
                text.append(meant)
            }
            switch rest.popFirst() {
            case UInt8(ascii: "+"): continue
            case UInt8(ascii: ";"): return String(decoding: text, as: UTF8.self)
            default: return nil
            }
        }
        return nil
    }

    /// Escapes of one letter; those by number are in no version of the script.
    private static func escaped(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "n"): Scanner.newline
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "`"): letter
        default: nil
        }
    }
}

/// One pass over the bytes of a script.
private struct Scanner {
    static let newline = UInt8(ascii: "\n")
    static let blank = UInt8(ascii: " ")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")
    private static let template = UInt8(ascii: "`")

    let bytes: [UInt8]
    private(set) var code: [UInt8] = []
    /// Where in ``code`` each line begins that has some.
    private(set) var starts: [(line: Int, offset: Int)] = []
    private var index = 0
    private var line = 1
    /// Blanks, or a line's end among them, since the last byte of code.
    private var passed: UInt8?
    /// Braces open inside of each `${` that is open.
    private var substitutions: [Int] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func scan() {
        // A byte order mark is a blank to JavaScript.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch byte {
            case Self.blank, 9, 11, 12, 13: pass(byte)
            case Self.newline: pass(byte)
            case Self.slash where next == Self.slash: while index < bytes.count, bytes[index] != Self.newline { index += 1 }
            case Self.slash where next == Self.star: passBlock()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): string(closing: byte)
            case Self.template:
                take()
                templateText()
            case UInt8(ascii: "{") where !substitutions.isEmpty:
                substitutions[substitutions.count - 1] += 1
                take()
            case UInt8(ascii: "}") where !substitutions.isEmpty:
                substitutions[substitutions.count - 1] -= 1
                take()
                if substitutions.last == 0 {
                    substitutions.removeLast()
                    templateText()
                }
            default: take()
            }
        }
    }

    private mutating func pass(_ byte: UInt8) {
        if byte == Self.newline {
            line += 1
            passed = byte
        } else if passed == nil {
            passed = Self.blank
        }
        index += 1
    }

    private mutating func passBlock() {
        index += 2
        while index < bytes.count, !(bytes[index] == Self.star && index + 1 < bytes.count && bytes[index + 1] == Self.slash) {
            pass(bytes[index])
        }
        index = min(index + 2, bytes.count)
        passed = passed ?? Self.blank
    }

    /// The next byte is code.
    private mutating func take() {
        let byte = bytes[index]
        if starts.last?.line != line { starts.append((line, code.count)) }
        if let passed, let last = code.last {
            // `return` and a line's end are a statement.
            if passed == Self.newline, code.suffix(6).elementsEqual("return".utf8) {
                code.append(passed)
            } else if Self.isWord(last) && Self.isWord(byte) || last == byte && (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")) {
                code.append(Self.blank)
            }
        }
        passed = nil
        code.append(byte)
        if byte == Self.newline { line += 1 }
        index += 1
    }

    /// With both quotes. One that is not closed ends with its line, and is no JavaScript.
    private mutating func string(closing quote: UInt8) {
        take()
        while index < bytes.count, bytes[index] != Self.newline {
            let byte = bytes[index]
            take()
            if byte == quote { return }
            if byte == Self.backslash, index < bytes.count { take() }
        }
    }

    /// Up to the closing quote or the next `${`.
    private mutating func templateText() {
        while index < bytes.count {
            let byte = bytes[index]
            take()
            if byte == Self.template { return }
            if byte == Self.backslash, index < bytes.count { take() }
            if byte == UInt8(ascii: "$"), index < bytes.count, bytes[index] == UInt8(ascii: "{") {
                take()
                substitutions.append(1)
                return
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }
}
