// What can stop a run before its first request. Everything that goes wrong later is a counted fact, not an error.

import Glibc
import Base

/// A run that cannot start.
package enum GeneratorError: CommandError, Equatable {
    /// A system call failed with this `errno`.
    case system(String, Int32)
    /// The system does not have what a run needs before it starts: threads, descriptors.
    case unavailable(String)
    /// libcurl refused an option or could not be set up.
    case transport(String)
    /// The plan cannot be run as it is.
    case plan(String)
    /// A variable of the environment has a value that cannot be used.
    case environment(String)

    package var description: String {
        switch self {
        case .system(let call, EMFILE):
            "\(call): too many open files: this process may have \(SystemLimits.current.openFiles)"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        case .transport(let reason): "libcurl: \(reason)"
        case .plan(let reason), .environment(let reason), .unavailable(let reason): reason
        }
    }

    /// 64 (EX_USAGE) for the environment, 69 (EX_UNAVAILABLE) for what the system refuses, 104 for the rest, as k6 for a
    /// configuration it cannot run.
    package var exitCode: Int32 {
        switch self {
        case .environment: ExitStatus.usage.rawValue
        case .system, .unavailable: ExitStatus.unavailable.rawValue
        case .transport, .plan: ExitStatus.configuration.rawValue
        }
    }
}
