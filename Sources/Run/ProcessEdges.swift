// The few places where this command touches its process: limits, output.

import Glibc
import Base
import Scenarios

enum ProcessLimits {
    /// A file size limit (ulimit -f) must be a failed write, which is reported, not the end of the process.
    static func makeErrors() { signal(SIGXFSZ, SIG_IGN) }
}

/// Output that cannot be written, found before the first request where possible.
struct OutputError: CommandError {
    /// EX_CANTCREAT.
    static let exitCode = ExitStatus.output.rawValue
    var exitCode: Int32 { Self.exitCode }
    var description: String
}
