// A run may be several processes, on several nodes: tasks. Each takes its share of one global plan by arithmetic alone,
// so that no two talk while the load runs, and all of them together are the plan, exactly.

import Scenarios

/// Which of how many tasks this process is.
///
/// Arrival `i` belongs to task `i mod N`, and there to shard `(i div N) mod S`; virtual users likewise. Iterations are
/// numbered `t, t+N, t+2N, …` in the order task `t` starts them, so while nothing is dropped, arrival `i` is iteration
/// `i` and has the prompt it would have on one node. An arrival that is dropped takes no number (k6 §4.6); on its task
/// the later ones move up, on the others they do not.
package struct TaskShare: Sendable, Equatable {
    package let index: Int
    package let count: Int

    /// The only task there is.
    package static let whole = TaskShare(index: 0, count: 1)

    /// - Precondition: `0 ≤ index < count`.
    package init(index: Int, count: Int) {
        precondition(count > 0 && (0..<count).contains(index), "task \(index) of \(count)")
        self.index = index
        self.count = count
    }

    /// Of `total` things numbered from 0, how many are this task's.
    package func part(of total: Int) -> Int { max(0, (total - index + count - 1) / count) }

    /// - Throws: ``GeneratorError`` when a task would have no virtual user and could only drop what is its own.
    package func requireUsers(of executor: Executor) throws(GeneratorError) {
        guard executor.maxVUs >= count else {
            throw .plan("\(executor.maxVUs) virtual users cannot be shared by \(count) tasks")
        }
    }

    /// A shard's place among all shards of all tasks, in which it takes every ``stride(shards:)``-th thing.
    func place(ofShard shard: Int) -> Int { index + count * shard }
    func stride(shards: Int) -> Int { count * shards }

    /// The global number of this task's `local`-th iteration or user.
    func number(_ local: Int) -> Int { index + count * local }
}
