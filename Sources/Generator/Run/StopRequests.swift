// What the signals of one run mean, in order. A value without a clock, so that bursts are tested without waiting.

/// The signals so far.
public struct StopRequests: Sendable, Equatable {
    public enum Meaning: Sendable, Equatable {
        /// The first: no new arrivals, what is in flight gets the drain.
        case drain
        /// The same wish once more: SLURM sends SIGTERM twice within 10 ms at a time limit.
        case repeated
        /// A second wish: end at once.
        case end
    }

    /// Signals this soon after the first are the same wish.
    public static let burst = Duration.seconds(2)
    private var first: Duration?

    public init() {}

    /// The meaning of a signal at `time`, on any clock that does not step.
    public mutating func meaning(at time: Duration) -> Meaning {
        guard let first else {
            first = time
            return .drain
        }
        return time - first > Self.burst ? .end : .repeated
    }
}
