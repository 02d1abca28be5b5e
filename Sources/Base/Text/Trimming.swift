// Blanks taken from the ends of what people typed or a file holds: Unicode's, by scalars, since a blank with a combining
// mark on it is still a blank to whoever reads the text next.

extension StringProtocol {
    /// Without spaces of any kind and tabs at either end.
    package var trimmingBlanks: String { trimming { $0 == "\t" || $0.properties.generalCategory == .spaceSeparator } }

    /// Without those and line breaks of any kind.
    package var trimmingBlanksAndNewlines: String { trimming(\.properties.isWhitespace) }

    private func trimming(_ isTaken: (Unicode.Scalar) -> Bool) -> String {
        let kept = unicodeScalars.drop(while: isTaken)
        guard let last = kept.lastIndex(where: { !isTaken($0) }) else { return "" }
        return String(self[kept.startIndex...last])
    }
}
