// Connections made before a run began: how many there were to be, how many there are, and why the others are not. Their failures
// belong to no request, so they are counted here.

/// What became of a plan's `preconnect`.
package struct PreconnectCount: Codable, Sendable, Equatable {
    /// To be made.
    package var asked: UInt64 = 0
    /// Made before the run's zero.
    package var ready: UInt64 = 0
    /// By k6's text; those that were still being made at the run's zero are not among them.
    package var failed: [String: UInt64] = [:]

    package init(asked: UInt64 = 0, ready: UInt64 = 0, failed: [String: UInt64] = [:]) {
        self.asked = asked
        self.ready = ready
        self.failed = failed
    }

    func merged(with other: PreconnectCount) -> PreconnectCount {
        PreconnectCount(
            asked: asked + other.asked, ready: ready + other.ready, failed: failed.merging(other.failed) { $0 + $1 })
    }
}
