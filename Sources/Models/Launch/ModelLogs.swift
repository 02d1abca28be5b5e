// Where a model's job writes, from the job's number.

import Submit

public struct ModelLogs: Sendable, Equatable {
    /// `<directory>/logs/<id>`.
    public let directory: String

    /// - Parameter jobDirectory: the submission's: where the job starts.
    public init(jobDirectory: String, id: JobID) { directory = "\(jobDirectory)/logs/\(id)" }

    /// What the job itself says: nodes, addresses, what ended it.
    public var output: String { "\(directory)/log.out" }
    public var errors: String { "\(directory)/log.err" }
    /// A ``ReplicaHealthReport``, replaced every few seconds.
    public var health: String { "\(directory)/replica_health.json" }
    /// One line: the URL to send requests to. There from the moment the first node's address is known.
    public var endpoint: String { "\(directory)/endpoint" }

    /// The framework's, of the replica's first node (0) or another one.
    public func replica(_ replica: Int, node: Int = 0) -> (output: String, errors: String) {
        let name = node == 0 ? "replica_\(replica)" : "replica_\(replica)_node\(node)"
        return ("\(directory)/\(name).out", "\(directory)/\(name).err")
    }

    public var router: (output: String, errors: String) { ("\(directory)/router.out", "\(directory)/router.err") }
}
