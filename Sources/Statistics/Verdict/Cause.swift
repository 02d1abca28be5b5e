// Why a generator was late. A verdict needs none of it; whoever has to act on the verdict does.

/// Something that took the processor or the descriptors away, noticed by a sampler.
package struct Cause: Sendable, Equatable {
    /// Raw values stand in summaries.
    package enum Kind: String, Sendable, CaseIterable {
        /// The cgroup had used up its share of processor time.
        case throttling
        /// The hypervisor ran somebody else.
        case steal
        /// Runnable, and waiting for a core.
        case runQueue = "run_queue"
        /// The loop itself was busy or blocked between two heartbeats.
        case heartbeat
        /// No descriptor was left for a new connection.
        case descriptors
    }

    package let kind: Kind
    /// How long, in seconds.
    package let seconds: Double
    /// Since the run's start, in seconds.
    package let at: Double

    package init(kind: Kind, seconds: Double, at: Double) {
        self.kind = kind
        self.seconds = seconds
        self.at = at
    }

    /// The one to name: of the kinds that explain at least half of the longest, the first, since a throttled process also waits
    /// for a core and its loop stands still; of that kind the longest.
    package static func main(of causes: [Cause]) -> Cause? {
        let longest = causes.map(\.seconds).max() ?? 0
        for kind in Kind.allCases {
            let candidate = causes.filter { $0.kind == kind }.max { $0.seconds < $1.seconds }
            if let candidate, candidate.seconds >= longest / 2 { return candidate }
        }
        return nil
    }
}
