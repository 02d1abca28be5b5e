// Whether a percentile's interval is printed (docs/STATISTICS.md, "When an interval is printed"). The default asks only what
// does not depend on the estimate: an interval that is narrow by bad luck would open a gate made of its own width. The other
// rule is kept for comparison; both are measured by the same simulation, and the criterion is coverage given that an
// interval is printed.

package enum PrintingRule: Sendable {
    /// At least 30 values beyond the percentile, and blocks longer than the 99th percentile of latency.
    case valuesBeyond
    /// At least 5 independent values beyond the percentile, by the smallest estimate among the tail percentiles up to it.
    case tailEvents

    package static let neededBeyond = 30.0
    static let neededTailEvents = 5.0
    /// Below this many independent events the interval is marked.
    static let fewTailEvents = 20.0
}

/// Why a value stands without an interval. Seconds say how much longer the window would have to be at the same rate.
package enum NoInterval: Sendable, Equatable {
    case overloaded
    /// A ramp: no one distribution to have a percentile of.
    case changingLoad
    case fewValuesBeyond(beyond: Int, needed: Int, moreSeconds: Double)
    case shortBlocks(moreSeconds: Double)
    case fewTailEvents(Double)

    /// How much longer would do, where that is known.
    package var moreSeconds: Double? {
        switch self {
        case .fewValuesBeyond(_, _, let more), .shortBlocks(let more): more
        case .overloaded, .changingLoad, .fewTailEvents: nil
        }
    }
}

package enum IntervalDecision: Sendable, Equatable {
    /// `fewEvents` is the number of independent events when it is small enough to be said.
    case printed(low: Int64?, high: Int64?, fewEvents: Int?)
    case withheld(NoInterval)
}

extension LatencyIntervals {
    /// Independent events beyond `interval`, which is one of these, by the smallest effective sample up to it.
    package func tailEvents(of interval: PercentileInterval) -> Double {
        let smallest = EffectiveSample.smallest(of: intervals.map(\.effectiveCount), intervals.map(\.p))
        guard let index = intervals.firstIndex(where: { $0.p == interval.p }) else { return interval.tailEvents }
        return min(interval.p, 1 - interval.p) * smallest[index]
    }

    /// What to print of `interval`, which is one of these.
    package func decide(_ interval: PercentileInterval, rule: PrintingRule = .valuesBeyond, overloaded: Bool = false) -> IntervalDecision {
        if overloaded { return .withheld(.overloaded) }
        let events = tailEvents(of: interval)
        switch rule {
        case .tailEvents:
            if events < PrintingRule.neededTailEvents { return .withheld(.fewTailEvents(events)) }
        case .valuesBeyond:
            let (beyond, needed) = (interval.valuesBeyond, PrintingRule.neededBeyond)
            // 3,000 × (1 − 0.99) is a little below 30 in doubles.
            if beyond < needed - 1e-6 {
                return .withheld(
                    .fewValuesBeyond(beyond: Int(beyond), needed: Int(needed), moreSeconds: seconds * (needed / beyond - 1)))
            }
            // The blocks of the coarsest division are there for long memories: they must outlast a latency.
            let shortest = Double(coarsest) * p99Seconds
            if seconds <= shortest { return .withheld(.shortBlocks(moreSeconds: shortest - seconds)) }
        }
        return .printed(low: interval.low, high: interval.high, fewEvents: events < PrintingRule.fewTailEvents ? Int(events) : nil)
    }
}
