// A shard's part of the connections that users share: every N-th, as of arrivals and users.

/// Some of a run's shared connections.
struct ConnectionPart: Sendable, Equatable {
    let count: Int
    private let shard: Int
    private let shards: Int

    /// - Parameter total: of the task, at least one for each shard.
    init(of total: Int, shard: Int, shards: Int) {
        count = (total - shard + shards - 1) / shards
        self.shard = shard
        self.shards = shards
    }

    /// The task's number of the shard's connection `index`.
    func number(of index: Int) -> Int { index * shards + shard }
}
