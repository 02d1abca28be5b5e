// What can stop a run before its first request. Everything that goes wrong later is a counted fact, not an error.

import Glibc

/// A run that cannot start.
public enum GeneratorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed with this `errno`.
    case system(String, Int32)
    /// libcurl refused an option or could not be set up.
    case transport(String)
    /// The plan cannot be run as it is.
    case plan(String)

    public var description: String {
        switch self {
        case .system(let call, EMFILE):
            "\(call): too many open files: this process may have \(SystemLimits.current.openFiles)"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        case .transport(let reason): "libcurl: \(reason)"
        case .plan(let reason): reason
        }
    }
}
