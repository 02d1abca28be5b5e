// The command that somebody typed, as a run keeps it: what is needed to repeat a run, and no secret. Keys are never options, but URLs
// may carry credentials, and a value of the environment may have been pasted.

package enum TypedCommand {
    /// What is kept of a command, in words and in bytes of each.
    private static let mostWords = 200
    private static let mostBytes = 2_000
    /// Parts of names of variables whose values are nobody's business.
    private static let secretNames = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"]

    /// The program's name without its path, and the arguments: credentials of URLs and all behind their `?`, values of variables
    /// that are secret by their names, and what is in `secrets` are masked.
    package static func shown(_ arguments: [String], environment: [String: String] = [:], secrets: [String?] = []) -> [String] {
        let ofEnvironment = environment.filter { name, _ in secretNames.contains { name.uppercased().contains($0) } }.map { Optional($1) }
        let redactor = Redactor(secrets: secrets + ofEnvironment)
        let words = arguments.prefix(mostWords).enumerated().map { index, word in
            let word = index == 0 ? word.split(separator: "/").last.map(String.init) ?? word : word
            return masked(redactor.redact(OneLine.escaped(word)))
        }
        return words + (arguments.count > mostWords ? ["… \(arguments.count - mostWords) more"] : [])
    }

    private static func masked(_ word: String) -> String {
        var word = word
        if let scheme = word.firstRange(of: "://"), let query = word[scheme.upperBound...].firstIndex(of: "?") {
            word = word[...query] + Redactor.mask
        }
        guard word.utf8.count > mostBytes else { return word }
        return String(decoding: word.utf8.prefix(mostBytes), as: UTF8.self) + "…"
    }

    /// As a shell would take it again.
    package static func quoted(_ words: [String]) -> String {
        words.map { word in
            let isPlain =
                !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || "-_./:=,@%+".utf8.contains(byte)
                }
            return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}
