// A POSIX shell's way from text to words, without its expansions.

struct ShellSplit {
    struct Failure: Error, CustomStringConvertible { let description: String }

    private var rest: Substring.UnicodeScalarView
    private var word: String?

    /// A backslash before a line's end joins the lines, as in a script.
    static func words(_ text: String) throws(Failure) -> [String] {
        var split = ShellSplit(rest: text[...].unicodeScalars)
        var words: [String] = []
        while let scalar = split.rest.popFirst() {
            switch scalar {
            case " ", "\t", "\n", "\r":
                if let word = split.word { words.append(word) }
                split.word = nil
            case "'": try split.single()
            case "\"": try split.double()
            case "\\": try split.escaped()
            default: split.add(scalar)
            }
        }
        if let word = split.word { words.append(word) }
        return words
    }

    private mutating func add(_ scalar: Unicode.Scalar) { word = (word ?? "") + String(scalar) }

    private mutating func escaped() throws(Failure) {
        guard let next = rest.popFirst() else { throw Failure(description: "ends with a backslash") }
        if next != "\n" { add(next) }
    }

    private mutating func single() throws(Failure) {
        word = word ?? ""
        while let scalar = rest.popFirst() {
            if scalar == "'" { return }
            add(scalar)
        }
        throw Failure(description: "a single quote is not closed")
    }

    /// Where a backslash means something only before these.
    private mutating func double() throws(Failure) {
        word = word ?? ""
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return
            case "\\":
                if let next = rest.first, ["\"", "\\", "$", "`", "\n"].contains(next) {
                    try escaped()
                } else {
                    add(scalar)
                }
            default: add(scalar)
            }
        }
        throw Failure(description: "a double quote is not closed")
    }
}
