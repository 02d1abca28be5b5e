// Where a model's job writes, from the job's number.

import Submit

package struct ModelLogs: Sendable, Equatable {
    /// `<directory>/logs/<id>`.
    package let directory: String

    /// - Parameter jobDirectory: the submission's: where the job starts.
    package init(jobDirectory: String, id: JobID) { directory = "\(jobDirectory)/logs/\(id)" }

    /// What the job itself says: nodes, addresses, what ended it.
    package var output: String { "\(directory)/log.out" }
    package var errors: String { "\(directory)/log.err" }
    /// A ``ReplicaHealthReport``, replaced every few seconds.
    package var health: String { "\(directory)/replica_health.json" }
    /// One line: the URL to send requests to. There from the moment the first node's address is known.
    package var endpoint: String { "\(directory)/endpoint" }

    /// The framework's, of the replica's first node (0) or another one.
    package func replica(_ replica: Int, node: Int = 0) -> (output: String, errors: String) {
        let name = node == 0 ? "replica_\(replica)" : "replica_\(replica)_node\(node)"
        return ("\(directory)/\(name).out", "\(directory)/\(name).err")
    }

    package var router: (output: String, errors: String) { ("\(directory)/router.out", "\(directory)/router.err") }
}
