// Texts of others (files, arguments, servers) inside our one-line messages: one line stays one line, and a terminal
// takes no orders from a file.

/// Text made fit for one line of a terminal.
public enum OneLine {
    /// Bytes; what an error needs with all that is accepted. A value may be a megabyte.
    private static let limit = 4096

    /// `text` with line breaks and other control characters shown as `\u{d}`, and without its middle if it is long.
    public static func escaped(_ text: String) -> String {
        let isLong = text.utf8.count > limit
        // The control characters above 0x7f, U+0080 to U+009F, begin with 0xC2.
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0xc2 }
        if isPlain, !isLong { return text }
        // Scalars, not characters: one character can be a megabyte of combining marks.
        let scalars = text.unicodeScalars
        return isLong
            ? escaped(scalars.prefix(limit / 2)) + " … " + escaped(scalars.suffix(limit / 4)) : escaped(scalars[...])
    }

    private static func escaped(_ scalars: Substring.UnicodeScalarView) -> String {
        scalars.reduce(into: "") { line, scalar in
            if scalar.properties.generalCategory == .control {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }
}
