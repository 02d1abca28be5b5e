// Makes a text that came from outside fit for one line of a log: secrets blanked out, control characters gone, short.

struct Redaction {
    private let secrets: [[Character]]
    private static let maximumCharacters = 200

    init(_ secrets: [String]) {
        // Longest first: a token that contains the password must go as a whole.
        self.secrets = secrets.filter { !$0.isEmpty }.map(Array.init).sorted { $0.count > $1.count }
    }

    /// The first line of `text` with every secret replaced by `****`.
    func line(_ text: String) -> String {
        var rest = Array(text)[...]
        var shown = ""
        while let character = rest.first, !(character.isNewline && !shown.isEmpty), shown.count < Self.maximumCharacters
        {
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                shown += "****"
                rest = rest.dropFirst(secret.count)
            } else {
                let isControl = character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
                if !isControl { shown.append(character) }
                rest = rest.dropFirst()
            }
        }
        return shown
    }
}
