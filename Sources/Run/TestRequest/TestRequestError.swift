// Why a plan is not begun.

import Base

package typealias TestRequestError = KindedError<TestRequestErrorKind>

package enum TestRequestErrorKind: ErrorKind {
    /// No such server, none that serves this model, or none that completes chats: 69 (EX_UNAVAILABLE).
    case unavailable
    /// The server refused the key: 77 (EX_NOPERM).
    case credentials
    /// A signal came meanwhile: 105, as for a run.
    case interrupted

    package var status: ExitStatus {
        switch self {
        case .unavailable: .unavailable
        case .credentials: .credentials
        case .interrupted: .stopped
        }
    }
}
