// Texts of others (files, arguments, servers) inside our one-line messages: one line stays one line, and a terminal
// takes no orders from a file.

/// Text made fit for one line of a terminal.
public enum OneLine {
    /// `text` with line breaks and other control characters shown as `\u{d}`.
    public static func escaped(_ text: String) -> String {
        // The second byte of the control characters above 0x7f, U+0080 to U+009F, comes after 0xC2.
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0xc2 }
        guard !isPlain else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.properties.generalCategory == .control {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }
}
