// The one error of everything that reads what a user wrote: a line that names the place, the value and what is
// accepted, and the exit code the command ends with. One type, so that a command prints it and needs no mapping.

/// A run that cannot start as asked. `description` is one line for stderr.
package struct ConfigurationError: CommandError, Equatable {
    /// What is wrong; decides the exit code (k6 §9 for 104 and 107, sysexits for 64).
    package enum Kind: Sendable, Equatable {
        /// A bad scenario or run configuration: exit 104.
        case configuration
        /// A missing, unreadable, empty or invalid prompt corpus: exit 107.
        case corpus
        /// A bad flag, name or environment variable: exit 64.
        case usage

        /// The process exit code for it.
        package var exitCode: Int32 {
            switch self {
            case .configuration: ExitStatus.configuration.rawValue
            case .corpus: ExitStatus.corpus.rawValue
            case .usage: ExitStatus.usage.rawValue
            }
        }
    }

    package let kind: Kind
    package let description: String

    /// Whatever a user wrote, `description` stays one line (``OneLine``).
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = OneLine.escaped(description)
    }

    /// The process exit code this error asks for.
    package var exitCode: Int32 { kind.exitCode }
}
