// The code of a JavaScript file without its comments, and the strings in it. Not a parser: it knows comments, the
// three kinds of quotes and escapes, which is what it takes to see what a script declares. A script that fools it is
// not recognised, which is the safe side.

/// A script's text, prepared for looking.
struct ScriptText {
    /// Code with every comment replaced by a blank; strings stay.
    let code: String
    /// The contents of all string literals that stand in the code.
    let strings: [String]

    init(_ source: String) {
        var code: [UInt8] = []
        var strings: [String] = []
        var bytes = Array(source.utf8)[...]
        code.reserveCapacity(bytes.count)
        while let byte = bytes.popFirst() {
            switch (byte, bytes.first) {
            case (Self.slash, Self.slash):
                bytes = bytes.drop { $0 != Self.newline }
                code.append(Self.blank)
            case (Self.slash, Self.star):
                bytes.removeFirst()
                Self.skipBlock(&bytes)
                code.append(Self.blank)
            case (UInt8(ascii: "\""), _), (UInt8(ascii: "'"), _), (UInt8(ascii: "`"), _):
                let content = Self.string(&bytes, closing: byte)
                strings.append(String(decoding: content, as: UTF8.self))
                code.append(byte)
                code += content
                code.append(byte)
            default:
                code.append(byte)
            }
        }
        self.code = String(decoding: code, as: UTF8.self)
        self.strings = strings
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let newline = UInt8(ascii: "\n")
    private static let blank = UInt8(ascii: " ")

    private static func skipBlock(_ bytes: inout ArraySlice<UInt8>) {
        while let byte = bytes.popFirst() {
            if byte == star, bytes.first == slash {
                bytes.removeFirst()
                return
            }
        }
    }

    /// Up to the closing quote, which is taken too. Escapes stay as written: no name we look for has one.
    private static func string(_ bytes: inout ArraySlice<UInt8>, closing: UInt8) -> [UInt8] {
        var content: [UInt8] = []
        while let byte = bytes.popFirst(), byte != closing {
            content.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = bytes.popFirst() { content.append(escaped) }
        }
        return content
    }
}
