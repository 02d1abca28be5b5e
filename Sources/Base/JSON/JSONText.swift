// Strings and numbers between JSON's text and ours. Bodies must be what JavaScript's JSON.stringify would send
// (k6 §3.4): only quote, backslash and control characters escaped, everything else raw UTF-8, numbers as JavaScript
// prints them. Decoding and re-encoding is one pass from bytes to bytes; no Swift String is made for a prompt.

import Glibc

package enum JSONText {
    /// The code unit of four hex digits at `index`.
    package static func hexUnit(_ bytes: UnsafeRawBufferPointer, at index: Int, end: Int) -> UInt16? {
        guard end - index >= 4 else { return nil }
        var unit: UInt16 = 0
        for position in index..<index + 4 {
            let digit: UInt8
            switch bytes[position] {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6: digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// The text of a scanned string; an unpaired surrogate becomes U+FFFD.
    package static func decode(_ string: JSONString, in bytes: UnsafeRawBufferPointer) -> String {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[string.range])
        guard string.hasEscapes else { return String(decoding: raw, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        forEachPiece(of: raw, keepingSimpleEscapes: false) { piece in
            switch piece {
            case .bytes(let range): text.append(contentsOf: raw[range])
            case .scalar(let scalar): text.append(contentsOf: UTF8.encode(scalar)!)
            case .loneSurrogate: text.append(contentsOf: [0xEF, 0xBF, 0xBD])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends a scanned string, quotes included, as JSON.stringify writes it.
    package static func append(_ string: JSONString, in bytes: UnsafeRawBufferPointer, to output: inout ByteBuilder) {
        output.append(UInt8(ascii: "\""))
        appendInside(of: string, in: bytes, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// The same without quotes, for a text that is made of several.
    package static func appendInside(of string: JSONString, in bytes: UnsafeRawBufferPointer, to output: inout ByteBuilder) {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[string.range])
        if string.hasEscapes {
            forEachPiece(of: raw, keepingSimpleEscapes: true) { piece in
                switch piece {
                case .bytes(let range): output.append(UnsafeRawBufferPointer(rebasing: raw[range]))
                case .scalar(let scalar): appendEscaped(scalar, to: &output)
                case .loneSurrogate(let unit): appendUnicodeEscape(unit, to: &output)
                }
            }
        } else {
            output.append(raw)
        }
    }

    /// Which characters of a string are escaped beyond quote, backslash and those below U+0020.
    package enum Escaping: Sendable {
        /// No other, as JSON.stringify does: bodies of requests.
        case required
        /// DEL too, and all control characters but tab and the ends of lines by number: summaries.
        case controls
        /// All that are not ASCII, as Python's json.dumps does: run configurations.
        case nonASCII
        /// Those that are not fit for a terminal.
        case unprintable

        /// Whether a scalar is written by its number.
        fileprivate func isByNumber(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .required: false
            case .controls: scalar == "\u{7F}" || scalar == "\u{8}" || scalar == "\u{C}"
            case .nonASCII: scalar.value > 0x7E
            case .unprintable: scalar.value > 0x7E && !scalar.isPrintable
            }
        }
    }

    /// Appends `text` with quotes.
    package static func append(_ text: String, _ escaping: Escaping, to output: inout ByteBuilder) {
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if escaping.isByNumber(scalar) {
                for unit in String(scalar).utf16 { appendUnicodeEscape(unit, to: &output) }
            } else {
                appendEscaped(scalar, to: &output)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// `text` with quotes, as JSON.stringify writes it.
    package static func quoted(_ text: String, escaping: Escaping = .required) -> String {
        var output = ByteBuilder()
        append(text, escaping, to: &output)
        return output.string
    }

    // MARK: Numbers

    /// A JSON number's text as JavaScript prints the value (`1.0` → `1`, `1e3` → `1000`), or nil if it is beyond a
    /// double. Short integers, nearly all there are, are returned as they stand.
    package static func javaScriptNumber(_ text: String) -> String? {
        if text.utf8.count <= 15, text != "-0", text.utf8.allSatisfy({ $0 != 0x2E && $0 | 0x20 != 0x65 }) {
            return text
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return javaScriptNumber(value)
    }

    /// ECMAScript's Number::toString: shortest digits that read back, plain below 1e21, exponent beyond.
    package static func javaScriptNumber(_ value: Double) -> String {
        if value == 0 { return "0" }
        // Swift's description has the shortest digits too, only laid out otherwise.
        var digits: [UInt8] = []
        var exponent = 0
        var pointAt: Int?
        var parts = value.magnitude.description.utf8[...]
        if let e = parts.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: parts[parts.index(after: e)...], as: UTF8.self)) ?? 0
            parts = parts[..<e]
        }
        for byte in parts {
            if byte == UInt8(ascii: ".") { pointAt = digits.count } else { digits.append(byte) }
        }
        // value = 0.d1d2d3… × 10^point
        var point = (pointAt ?? digits.count) + exponent
        while digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let sign = value < 0 ? "-" : ""
        let text = String(decoding: digits, as: UTF8.self)
        let count = digits.count
        if count <= point, point <= 21 { return sign + text + String(repeating: "0", count: point - count) }
        if 0 < point, point <= 21 { return sign + text.prefix(point) + "." + text.dropFirst(point) }
        if -6 < point, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
        let power = point - 1
        let mantissa = count == 1 ? text : text.prefix(1) + "." + text.dropFirst()
        return sign + mantissa + (power < 0 ? "e-" : "e+") + String(power.magnitude)
    }

    // MARK: Escapes

    private enum Piece {
        case bytes(Range<Int>)
        case scalar(Unicode.Scalar)
        case loneSurrogate(UInt16)
    }

    /// Splits the inside of a checked string into runs of raw bytes and decoded escapes. Escapes that JSON.stringify
    /// writes as they stand (all but `\/` and `\u`) can stay in the runs: then a text full of `\n` and `\"` is still a
    /// few copies.
    @inline(__always)
    private static func forEachPiece(
        of raw: UnsafeRawBufferPointer, keepingSimpleEscapes: Bool, _ body: (Piece) -> Void
    ) {
        guard let base = raw.baseAddress else { return }
        var index = 0
        var runStart = 0
        while index < raw.count, let found = memchr(base + index, 0x5C, raw.count - index) {
            index = UnsafeRawPointer(found) - base
            if keepingSimpleEscapes, raw[index + 1] != UInt8(ascii: "u"), raw[index + 1] != UInt8(ascii: "/") {
                index += 2
                continue
            }
            if runStart < index { body(.bytes(runStart..<index)) }
            switch raw[index + 1] {
            case UInt8(ascii: "u"):
                let unit = hexUnit(raw, at: index + 2, end: raw.count) ?? 0xFFFD
                index += 4
                if let scalar = Unicode.Scalar(unit) {
                    body(.scalar(scalar))
                } else if let low = lowSurrogate(in: raw, at: index + 2), unit < 0xDC00 {
                    index += 6
                    let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
                    if let scalar = Unicode.Scalar(value) { body(.scalar(scalar)) }
                } else {
                    body(.loneSurrogate(unit))
                }
            case let letter: body(.scalar(Unicode.Scalar(escapedByte(letter))))
            }
            index += 2
            runStart = index
        }
        if runStart < raw.count { body(.bytes(runStart..<raw.count)) }
    }

    /// What a backslash and `letter`, which is not `u`, stand for.
    package static func escapedByte(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter  // quote, backslash, slash
        }
    }

    private static func lowSurrogate(in raw: UnsafeRawBufferPointer, at index: Int) -> UInt16? {
        guard raw.count - index >= 6, raw[index] == UInt8(ascii: "\\"), raw[index + 1] == UInt8(ascii: "u"),
            let unit = hexUnit(raw, at: index + 2, end: raw.count), 0xDC00...0xDFFF ~= unit
        else { return nil }
        return unit
    }

    private static func appendEscaped(_ scalar: Unicode.Scalar, to output: inout ByteBuilder) {
        switch scalar {
        case "\"": output.append("\\\"")
        case "\\": output.append("\\\\")
        case "\u{08}": output.append("\\b")
        case "\u{0C}": output.append("\\f")
        case "\n": output.append("\\n")
        case "\r": output.append("\\r")
        case "\t": output.append("\\t")
        case _ where scalar.value < 0x20: appendUnicodeEscape(UInt16(scalar.value), to: &output)
        case _ where scalar.value < 0x80: output.append(UInt8(truncatingIfNeeded: scalar.value))
        default: for byte in UTF8.encode(scalar)! { output.append(byte) }
        }
    }

    private static func appendUnicodeEscape(_ unit: UInt16, to output: inout ByteBuilder) {
        output.append("\\u")
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift & 15)
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
