// What can be wrong with a records file, as one line for the user.

/// What can be wrong with a records file; `description` is one line for the user.
package enum RecordFileError: Error, Equatable, CustomStringConvertible {
    /// The system refused: action, path, errno's text.
    case system(action: String, path: String, message: String)
    case notARecordsFile(path: String)
    case unsupported(path: String, what: String, found: Int, accepted: String)
    /// The header is cut off or its document does not say what a run's description must.
    case badHeader(path: String, reason: String)
    /// A frame that no run can have written; counted from 1.
    case badFrame(path: String, number: UInt64)

    package var description: String {
        switch self {
        case .system(let action, let path, let message): "\(path): cannot \(action): \(message)"
        case .notARecordsFile(let path): "\(path): not a records file of sml-loadgen (wrong first 8 bytes)"
        case .unsupported(let path, let what, let found, let accepted):
            "\(path): \(what) \(found) is not supported, only \(accepted)"
        case .badHeader(let path, let reason): "\(path): damaged header: \(reason)"
        case .badFrame(let path, let number): "\(path): damaged: frame \(number) holds no record of a run"
        }
    }
}
