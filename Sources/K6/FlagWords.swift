// Splits a command line into flags and arguments as Go's pflag does, which k6 uses: flags and arguments in any order,
// `--` ends the flags, a single `-` is an argument.

/// The words of a command line, one after the other.
struct FlagWords {
    enum Word {
        case argument(String)
        /// `spelling` is the flag as the user wrote it, for messages.
        case flag(K6Flag, value: String, spelling: String)
    }

    private var rest: ArraySlice<String>
    /// Left over from a group of short flags.
    private var group: Substring = ""
    private var onlyArguments = false

    init(_ arguments: [String]) { rest = arguments[...] }

    mutating func next() throws(K6Error) -> Word? {
        if let short = group.popFirst() { return try shortFlag(short) }
        guard let word = rest.popFirst() else { return nil }
        if onlyArguments || !word.hasPrefix("-") || word == "-" { return .argument(word) }
        if word == "--" {
            onlyArguments = true
            return try next()
        }
        if word.hasPrefix("--") { return try longFlag(word.dropFirst(2)) }
        group = word.dropFirst()
        return try shortFlag(group.removeFirst())
    }

    private mutating func longFlag(_ word: Substring) throws(K6Error) -> Word {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let spelling = "--\(parts[0])"
        guard let flag = K6Flag.named(String(parts[0])) else {
            throw K6Error(.usage, "unknown flag: \(spelling); see 'k6 run --help'")
        }
        if parts.count == 2 { return .flag(flag, value: String(parts[1]), spelling: spelling) }
        return .flag(flag, value: try valueAfter(flag, spelling), spelling: spelling)
    }

    private mutating func shortFlag(_ short: Character) throws(K6Error) -> Word {
        let spelling = "-\(short)"
        guard let flag = K6Flag.named(short) else {
            throw K6Error(.usage, "unknown flag: \(spelling); see 'k6 run --help'")
        }
        // `-oVALUE`, `-o=VALUE`; for a switch only the latter, the rest being more switches.
        if !group.isEmpty, flag.value != .none || group.first == "=" {
            let value = group.first == "=" ? group.dropFirst() : group
            group = ""
            return .flag(flag, value: String(value), spelling: spelling)
        }
        return .flag(flag, value: try valueAfter(flag, spelling), spelling: spelling)
    }

    private mutating func valueAfter(_ flag: K6Flag, _ spelling: String) throws(K6Error) -> String {
        switch flag.value {
        case .none: return "true"
        case .optional: return ""
        case .required:
            guard let value = rest.popFirst() else { throw K6Error(.usage, "\(spelling): a value is missing") }
            return value
        }
    }
}
