// What one of several loads of a run came to, as if it had been a run of its own.

/// The result of a lane.
package struct LaneResult: Sendable, Equatable {
    /// `a`, `b`.
    package var name: String
    package var result: RunResult

    package init(name: String, result: RunResult) {
        self.name = name
        self.result = result
    }
}
