// Texts of others (files, arguments, servers) inside our messages: one line stays one line, and a terminal takes no orders
// from a file.

/// Text made fit for a terminal.
package enum OneLine {
    /// Bytes; what an error needs with all that is accepted. A value may be a megabyte.
    private static let limit = 4096

    /// `text` with line breaks and whatever else is not printable shown as `\u{d}`, and without its middle if it is long.
    package static func escaped(_ text: String) -> String {
        let isLong = text.utf8.count > limit
        if !isLong, isPlain(text) { return text }
        // Scalars, not characters: one character can be a megabyte of combining marks.
        let scalars = text.unicodeScalars
        return isLong
            ? escaped(scalars.prefix(limit / 2)) + " … " + escaped(scalars.suffix(limit / 4)) : escaped(scalars[...])
    }

    /// The same for a text of several lines, which it keeps, and their tabs.
    package static func lines(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 }) { return text }
        return escaped(text.unicodeScalars[...], keeping: ["\n", "\t"])
    }

    /// The first line of `text` with something in it, without what is not printable, at most `limit` scalars.
    package static func first(of text: String, limit: Int = 200) -> String {
        cut(plainFirst(of: text), limit)
    }

    static func plainFirst(of text: String) -> String {
        text.split(whereSeparator: \.isNewline).lazy
            .map { String(String.UnicodeScalarView($0.unicodeScalars.filter(\.isPrintable))) }
            .first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    }

    static func cut(_ line: String, _ limit: Int) -> String {
        line.unicodeScalars.count <= limit ? line : String(line.unicodeScalars.prefix(limit)) + "…"
    }

    /// All lines of `text` as one: white space of any kind and length is one blank, what is not printable is left out, and
    /// with it the rest of an order to a terminal (`ESC [ 3 1 m`).
    static func squeezed(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        var isBlank = true
        var isOrder = false
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if isOrder {
                // Ends at its first letter; the bracket after ESC begins it.
                if scalar.value >= 0x40, scalar.value < 0x7F, !(scalar == "[" && previous == "\u{1B}") { isOrder = false }
            } else if scalar == "\u{1B}" {
                isOrder = true
            } else if scalar.properties.isWhitespace {
                if !isBlank { line.append(" ") }
                isBlank = true
            } else if scalar.isPrintable {
                line.append(scalar)
                isBlank = false
            }
        }
        if line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

    private static func escaped(_ scalars: Substring.UnicodeScalarView, keeping kept: Set<Unicode.Scalar> = []) -> String {
        var line = ""
        for scalar in scalars {
            if scalar.isPrintable || kept.contains(scalar) {
                line.unicodeScalars.append(scalar)
            } else {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return line
    }
}
