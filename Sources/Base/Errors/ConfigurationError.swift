// The one error of everything that reads what a user wrote: a line that names the place, the value and what is
// accepted, and the exit code the command ends with. One type, so that a command prints it and needs no mapping.

/// A run that cannot start as asked.
package typealias ConfigurationError = KindedError<ConfigurationErrorKind>

/// What is wrong; decides the exit code (k6 §9 for 104 and 107, sysexits for 64).
package enum ConfigurationErrorKind: ErrorKind {
    /// A bad scenario or run configuration: exit 104.
    case configuration
    /// A missing, unreadable, empty or invalid prompt corpus: exit 107.
    case corpus
    /// A bad flag, name or environment variable: exit 64.
    case usage

    package var status: ExitStatus {
        switch self {
        case .configuration: .configuration
        case .corpus: .corpus
        case .usage: .usage
        }
    }
}
