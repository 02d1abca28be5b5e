// Why a generator was late. A verdict needs none of it; whoever has to act on the verdict does.

/// Something that took the processor or the descriptors away, noticed by a sampler.
package struct Cause: Sendable, Equatable {
    package enum Kind: Sendable, Equatable, CaseIterable {
        /// The cgroup had used up its share of processor time.
        case throttling
        /// The hypervisor ran somebody else.
        case steal
        /// Runnable, and waiting for a core.
        case runQueue
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

    /// The one to name: the longest; of equals the first kind, which explains the later ones.
    package static func main(of causes: [Cause]) -> Cause? {
        func place(_ cause: Cause) -> Int { Kind.allCases.firstIndex(of: cause.kind)! }
        return causes.min { ($1.seconds, place($0)) < ($0.seconds, place($1)) }
    }
}
