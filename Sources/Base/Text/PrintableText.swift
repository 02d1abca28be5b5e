// Names and labels: what goes into every series and onto terminals.

package enum PrintableText {
    /// A receiver gets it with each of some thousand series.
    private static let limit = 1000

    package static let accepted = "without control and invisible characters, of at most \(limit) bytes"

    package static func isAccepted(_ text: String) -> Bool {
        text.utf8.count <= limit && text.unicodeScalars.allSatisfy { $0.isPrintable || $0.isJoiner }
    }
}
