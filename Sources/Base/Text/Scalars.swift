// Text that another program takes apart again: a shell, SLURM, a header, a terminal. They look for a quote, a comma or a
// line's end byte by byte. Swift's own searching looks for characters, and to it a quote with a combining mark on it, or
// a line feed after a carriage return, is another character: text checked or escaped that way would come out.

extension String {
    /// `text` with every `part` in it replaced, by Unicode scalars.
    package func replacingScalars(_ part: String, with other: String) -> String {
        String(UnicodeScalarView(unicodeScalars.replacing(part.unicodeScalars, with: other.unicodeScalars)))
    }

    /// Whether one of `scalars` is in the text, whatever follows it.
    package func containsScalar(of scalars: String) -> Bool {
        unicodeScalars.contains { scalars.unicodeScalars.contains($0) }
    }
}
