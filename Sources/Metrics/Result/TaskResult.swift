// What became of each task of a run of several. A lost one, and a node that was late, are to be seen without looking for
// them.

/// One task's part of a result.
package struct TaskResult: Sendable, Equatable {
    /// From 0.
    package var index: Int
    /// Of its records: `complete`, `cut_off`, `missing`.
    package var state: String
    /// How its own part ended; nil unless complete.
    package var outcome: String?
    /// Empty when missing.
    package var host: String
    /// Its shards.
    package var workers: Int
    /// Requests.
    package var started: UInt64
    package var finished: UInt64
    /// Started − scheduled, milliseconds; nil when it started none.
    package var startLateness: TrendValue?
}

extension TaskResult {
    init(_ task: TaskOutcome) {
        self.init(
            index: task.index, state: task.state.rawValue, outcome: task.outcome?.kind.rawValue, host: task.host, workers: task.workers,
            started: task.started.total, finished: task.finished.total, startLateness: TrendValue(task.startLateness))
    }
}
