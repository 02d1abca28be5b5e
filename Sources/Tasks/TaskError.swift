// What keeps several tasks from being one run, and the exit code that says whether another try may do.

import Base
import Glibc

package typealias TaskError = KindedError<TaskErrorKind>

package enum TaskErrorKind: ErrorKind {
    /// Another task did not come or runs something else: 75 (EX_TEMPFAIL).
    case others
    /// A signal while waiting for the others: 105, as for a run.
    case interrupted
    /// Task 0 has found out that the run cannot succeed: its code.
    case calledOff(ExitStatus)
    /// The directory they share: 73 (EX_CANTCREAT).
    case files

    package var status: ExitStatus {
        switch self {
        case .others: .temporary
        case .interrupted: .stopped
        case .calledOff(let status): status
        case .files: .output
        }
    }
}

extension TaskError {
    static func system(_ action: String, _ path: String) -> TaskError {
        TaskError(.files, "\(path): cannot \(action): \(String(cString: strerror(errno)))")
    }
}
