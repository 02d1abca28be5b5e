// What may reach a terminal as itself: one rule for every text that somebody else chose, be it a file's name, a server's
// answer, a partition or a label. Everything else is shown by its number, left out or refused, as the place needs it.

extension Unicode.Scalar {
    /// Whether it shows as what it is: no control character (an order to a terminal), nothing that turns the direction of
    /// what follows (U+202A to U+202E, U+2066 to U+2069: `txt.exe` reads `exe.txt`), nothing that takes no place
    /// (U+200B, U+FEFF, fillers, tags: two names that look like one), no other end of a line (U+2028, U+2029).
    package var isPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return false
        // The selector that makes a heart red changes what is before it, and shows.
        default: return !properties.isDefaultIgnorableCodePoint || properties.isVariationSelector
        }
    }

    /// What joins letters and pictures of several parts. Persian and families need it in their names.
    var isJoiner: Bool { value == 0x200C || value == 0x200D }
}
