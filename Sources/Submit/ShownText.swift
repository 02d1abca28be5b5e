// Text that a server chose, made fit for one line of a terminal.

import Scenarios

enum ShownText {
    /// The first non-empty line of `text` without control characters, at most `limit` characters, with each of
    /// `secrets` replaced by `****`: servers echo what they were sent.
    static func line(_ text: String, hiding secrets: [String?], limit: Int = 200) -> String {
        var line = text.split(whereSeparator: \.isNewline).lazy
            .map { $0.unicodeScalars.filter { $0.properties.generalCategory != .control } }
            .map { String(String.UnicodeScalarView($0)) }.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        // Now, because a secret may only be one without the control characters in it.
        for secret in secrets.compactMap({ $0 }).filter({ !$0.isEmpty }).sorted(by: { $0.count > $1.count }) {
            line = line.replacingScalars(secret, with: "****")
        }
        return line.count <= limit ? line : line.prefix(limit) + "…"
    }
}
