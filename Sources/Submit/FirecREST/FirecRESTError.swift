// What can go wrong with FirecREST, each with a sentence a user can act on.

import Base

package enum FirecRESTError: CommandError, Equatable {
    /// The server's final answer to a call was an error.
    case status(call: String, status: Int, message: String)
    /// A SLURM command said no; its own sentence.
    case slurmRefused(String)
    /// No answer.
    case notReached(call: String, reason: String)
    /// 429 beyond patience.
    case rateLimited(String)
    case tokenRefused(String)
    /// Sent, but whether it was carried out is unknown. `isUntried`: surely not, unless the server is wrong about itself.
    case unknownOutcome(call: String, reason: String, isUntried: Bool)
    /// A job may be queued under this name.
    case doubtful(name: String, reason: String)
    case unexpected(call: String, reason: String)
    /// What came home is not what lies on the cluster.
    case damaged(path: String, reason: String)

    package var description: String {
        switch self {
        case .status(let call, let status, let message):
            "FirecREST answered \(status) to \(call)\(message.isEmpty ? "" : ": \(message)")"
                + (status == 401 ? "; check the credentials with 'sml init --check'" : "")
        case .slurmRefused(let sentence): "SLURM refused: \(sentence)"
        case .notReached(let call, let reason): "FirecREST not reached for \(call): \(reason)"
        case .rateLimited(let reason): "FirecREST limits the rate of calls: \(reason)"
        case .tokenRefused(let reason): "no access token: \(reason); check the client id and secret with 'sml init --check'"
        case .doubtful(let name, let reason): "the job may be queued as \(name): \(reason)"
        case .unknownOutcome(let call, let reason, _): "no answer to \(call), which may have been carried out: \(reason)"
        case .unexpected(let call, let reason): "FirecREST's answer to \(call) is not understood: \(reason)"
        case .damaged(let path, let reason): "\(path): \(reason)"
        }
    }

    /// 69 (EX_UNAVAILABLE), 64 where the user's values were refused, 77 (EX_NOPERM) where the credentials were.
    package var exitCode: Int32 {
        switch self {
        case .slurmRefused: ExitStatus.usage.rawValue
        case .tokenRefused, .status(_, 401, _), .status(_, 403, _): ExitStatus.credentials.rawValue
        default: ExitStatus.unavailable.rawValue
        }
    }

    /// No answer, or one that says that there is none now.
    var isOutage: Bool {
        switch self {
        case .notReached, .rateLimited, .unknownOutcome, .status(_, 500..., _), .status(_, 408, _), .status(_, 424, _): true
        default: false
        }
    }

    /// The status of a final answer.
    var status: Int? { if case .status(_, let status, _) = self { status } else { nil } }
}
