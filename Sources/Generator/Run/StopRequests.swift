// What the signals of one run mean, in order. A value without a clock, so that bursts are tested without waiting.

/// The signals so far.
package struct StopRequests: Sendable, Equatable {
    package enum Meaning: Sendable, Equatable {
        /// The first: no new arrivals, what is in flight gets the drain.
        case drain
        /// The same wish once more: SLURM sends SIGTERM twice within 10 ms at a time limit.
        case repeated
        /// A second wish: end at once.
        case end
    }

    /// Signals this soon after the first are the same wish.
    package static let burst = Duration.seconds(2)
    /// A run that was asked to end has this long beside its drain: 15 s for its receiver, 5 for a push under way, and
    /// the rest of SLURM's 30 as slack.
    package static let patience = Duration.seconds(25)
    /// And this long once it was asked to end at once.
    package static let lastPatience = Duration.seconds(15)
    private var first: Duration?
    private var last: Duration?

    package init() {}

    /// The meaning of a signal at `time`, on any clock that does not step.
    package mutating func meaning(at time: Duration) -> Meaning {
        guard let first else {
            first = time
            return .drain
        }
        guard time - first > Self.burst else { return .repeated }
        last = last ?? time
        return .end
    }

    /// When waiting for an orderly end is over; nil while nobody asked. `drain` is what requests in flight get, nil while
    /// there is no run yet.
    package func deadline(drain: Duration?) -> Duration? {
        guard let first else { return nil }
        guard let drain else { return first + Self.burst }
        let patient = first + drain + Self.patience
        return last.map { min($0 + Self.lastPatience, patient) } ?? patient
    }
}
