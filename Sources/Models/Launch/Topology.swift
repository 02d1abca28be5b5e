// How many copies of a model on how many nodes.

import Submit

package struct Topology: Sendable, Equatable {
    package let replicas: Int
    package let nodesPerReplica: Int

    package var nodes: Int { replicas * nodesPerReplica }

    /// - Throws: ``SubmitError/usage(_:)``.
    package init(replicas: Int = 1, nodesPerReplica: Int = 1) throws {
        for (option, count) in [("--replicas", replicas), ("--nodes-per-replica", nodesPerReplica)] where !(1...1024).contains(count) {
            throw SubmitError.usage("\(option): \(count) is not accepted; expected a whole number from 1 to 1024")
        }
        self.replicas = replicas
        self.nodesPerReplica = nodesPerReplica
    }
}
