// A secret in all the forms in which programs write down what they were sent: as it is, in another letter case, escaped
// for a URL, a JSON text or a page, in Base64 (of it alone or with something around it, as `Basic` has it) and in
// hexadecimal. Servers, proxies and libraries do all of these to a header they complain about.

/// Finds one secret in bytes.
///
/// How much of a text is hidden depends on how long the secret is, because "x" or "EMPTY" as a key is in every text:
/// - 8 bytes or more: everywhere and in every form, also where the text was cut inside it;
/// - 4 to 7 bytes: as it is, where no letter and no digit touches it;
/// - less: never. It is no secret, and what stands after `Authorization:` or `Bearer` is hidden whatever it is.
struct SecretForms {
    static let shortest = 4
    /// From here on all forms are looked for: their Base64 is ten characters, which no word is.
    static let longEnough = 8
    /// So much of a secret's beginning at a text's end counts as the secret.
    private static let beginning = 6

    private let secret: [UInt8]
    /// With nothing, one byte or two in front of it.
    private let base64: [[UInt8]]

    /// nil for what is too short to be one.
    init?(_ text: String) {
        secret = Array(text.utf8)
        guard secret.count >= Self.shortest else { return nil }
        let secret = secret
        base64 = secret.count < Self.longEnough ? [] : (0..<3).map { Base64.core(secret, before: $0) }
    }

    var length: Int { secret.count }

    /// What of `text` to hide when a form of the secret begins at `index`.
    func match(_ text: [UInt8], at index: Int) -> Range<Int>? {
        guard secret.count >= Self.longEnough else {
            let end = index + secret.count
            let isWord =
                end <= text.count && text[index..<end].elementsEqual(secret)
                && !(index > 0 && Self.isWordByte(text[index - 1])) && !(end < text.count && Self.isWordByte(text[end]))
            return isWord ? index..<end : nil
        }
        if let end = plain(secret, in: text, at: index, atLeast: Self.beginning) { return index..<end }
        for (before, core) in base64.enumerated() {
            guard let end = plain(core, in: text, at: index, atLeast: Self.longEnough, alphabet: Self.standardBase64) else { continue }
            // The characters at both ends hold bits of the secret and of its neighbour.
            let start = before > 0 && index > 0 && Self.isBase64(text[index - 1]) ? index - 1 : index
            return start..<Self.endOfBase64(text, end, isWhole: 8 * (before + secret.count) % 6 == 0)
        }
        return hexadecimal(text, at: index).map { index..<$0 }
    }

    /// The end of `needle` in any letter case and with any of its bytes escaped; also of a beginning of `atLeast` bytes
    /// that the text's end cuts.
    private func plain(
        _ needle: [UInt8], in text: [UInt8], at index: Int, atLeast least: Int, alphabet: (UInt8) -> UInt8 = { $0 }
    ) -> Int? {
        // A `%`, `\` or `&` of the secret may stand for itself or begin the escape that stands for it.
        plain(needle, in: text, at: index, atLeast: least, alphabet: alphabet, asEscapes: true)
            ?? plain(needle, in: text, at: index, atLeast: least, alphabet: alphabet, asEscapes: false)
    }

    private func plain(
        _ needle: [UInt8], in text: [UInt8], at index: Int, atLeast least: Int, alphabet: (UInt8) -> UInt8, asEscapes: Bool
    ) -> Int? {
        var position = index
        for (count, byte) in needle.enumerated() {
            if position >= text.count { return count >= least ? position : nil }
            guard let next = EscapedByte.end(of: byte, in: text, at: position, alphabet: alphabet, asEscape: asEscapes) else {
                return count >= least && EscapedByte.isCutShort(text, at: position) ? text.count : nil
            }
            position = next
        }
        return position
    }

    private func hexadecimal(_ text: [UInt8], at index: Int) -> Int? {
        var position = index
        for (count, byte) in secret.enumerated() {
            // As 736b, 73:6b, 73 6b, 0x73 0x6b, \x73\x6b.
            if count > 0 {
                while position < text.count,
                    ":-, xX\\".utf8.contains(text[position])
                        || text[position] == 0x30 && position + 1 < text.count && text[position + 1] | 0x20 == 0x78
                { position += 1 }
            }
            if position + 1 >= text.count { return count >= Self.beginning ? text.count : nil }
            guard let value = EscapedByte.hexadecimal(text, position, digits: 2), EscapedByte.isSame(value, byte) else { return nil }
            position += 2
        }
        return position
    }

    private static func endOfBase64(_ text: [UInt8], _ end: Int, isWhole: Bool) -> Int {
        var end = end
        if !isWhole, end < text.count, isBase64(text[end]) { end += 1 }
        while end < text.count, let next = EscapedByte.end(of: UInt8(ascii: "="), in: text, at: end) { end = next }
        return end
    }

    /// `-` and `_` of the alphabet for URLs as those they stand for.
    private static func standardBase64(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
    }

    private static func isBase64(_ byte: UInt8) -> Bool { isWordByte(byte) && byte < 0x80 || "+/-_".utf8.contains(byte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
        default: false
        }
    }
}

/// One byte of a text, perhaps written as an escape.
enum EscapedByte {
    /// Where `byte` ends that begins at `index`, itself or as `%2B` (also of `%`: `%252B`), `\u002b`, `\x2b`, `\+`, `&#43;`,
    /// `&#x2b;`; nil if something else is there.
    ///
    /// - Parameter asEscape: where it could be both, it is an escape.
    static func end(
        of byte: UInt8, in text: [UInt8], at index: Int, alphabet: (UInt8) -> UInt8 = { $0 }, asEscape: Bool = false
    ) -> Int? {
        func isIt(_ value: UInt8?) -> Bool { value.map { isSame(alphabet($0), alphabet(byte)) } ?? false }
        let isItself = isIt(text[index])
        if isItself, !asEscape { return index + 1 }
        return escapeEnd(text, at: index, isIt) ?? (isItself ? index + 1 : nil)
    }

    private static func escapeEnd(_ text: [UInt8], at index: Int, _ isIt: (UInt8?) -> Bool) -> Int? {
        switch text[index] {
        case UInt8(ascii: "%"):
            var digits = index + 1
            while true {
                if isIt(hexadecimal(text, digits, digits: 2)) { return digits + 2 }
                guard hexadecimal(text, digits, digits: 2) == UInt8(ascii: "%") else { return nil }
                digits += 2
            }
        case UInt8(ascii: "\\"):
            if index + 1 < text.count, text[index + 1] == text[index], isIt(text[index]) { return index + 2 }
            var mark = index + 1
            while mark < text.count, text[mark] == UInt8(ascii: "\\") { mark += 1 }
            guard mark < text.count else { return nil }
            if isIt(text[mark]) { return mark + 1 }
            if text[mark] == UInt8(ascii: "u"), isIt(hexadecimal(text, mark + 1, digits: 4)) { return mark + 5 }
            return text[mark] == UInt8(ascii: "x") && isIt(hexadecimal(text, mark + 1, digits: 2)) ? mark + 3 : nil
        case UInt8(ascii: "&"):
            let end = text[index...].prefix(8).firstIndex(of: UInt8(ascii: ";")) ?? index
            let name = String(decoding: text[index..<end].dropFirst(), as: UTF8.self).lowercased()
            let value =
                name.hasPrefix("#x") ? UInt8(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt8(name.dropFirst()) : named[name]
            return isIt(value) ? end + 1 : nil
        default: return nil
        }
    }

    private static let named: [String: UInt8] = ["amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27]

    /// Whether an escape begins at `index` that the text's end cuts.
    static func isCutShort(_ text: [UInt8], at index: Int) -> Bool {
        index + 6 > text.count && "%\\&".utf8.contains(text[index])
    }

    /// The same, or the same letter in the other case.
    static func isSame(_ one: UInt8, _ other: UInt8) -> Bool { folded(one) == folded(other) }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// A number of at most one byte.
    static func hexadecimal(_ text: [UInt8], _ start: Int, digits: Int) -> UInt8? {
        guard start + digits <= text.count else { return nil }
        var value = 0
        for byte in text[start..<(start + digits)] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | digit
        }
        return UInt8(exactly: value)
    }
}
