// Whether a run measured the server or its own generator (docs/STATISTICS.md, "Verdict on the generator"). CPU use is no
// criterion: runs with 0.9 % of a core had a p95 wrong by 20 %. What is asked is whether requests went out when they were due,
// whether all did, and whether anything else limited them.

/// The verdict of a run, or of one of its percentiles, with what decided it.
package struct GeneratorVerdict: Sendable, Equatable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case valid, suspect, invalid
        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// A criterion that was not met, with its figure. Shares and ratios, not per cent.
    package enum Reason: Sendable, Equatable {
        case meanRelativeLateness(Double)
        case readLate(Double)
        case relativeBacklog(Double)
        case shift(p: Double, Double)
        case unmeasured(p: Double, share: Double)
        case atCap(share: Double)
    }

    package var level: Level
    /// Those of the worst level first.
    package var reasons: [Reason]

    package init(level: Level, reasons: [Reason]) {
        self.level = level
        self.reasons = reasons
    }

    init(_ findings: [(level: Level, reason: Reason)]) {
        let sorted = findings.filter { $0.level > .valid }.enumerated()
            .sorted { ($1.element.level, $0.offset) < ($0.element.level, $1.offset) }
        level = sorted.first?.element.level ?? .valid
        reasons = sorted.map(\.element.reason)
    }
}

/// What a verdict is made from. `nil` where it does not apply: a closed loop has no schedule.
package struct GeneratorFigures: Sendable {
    /// Of the window.
    package var meanRelativeLateness: Double?
    /// How late an answer that arrives at any instant is read, over the median latency. A closed loop has no schedule, but its
    /// loop's absences lengthen the answers that arrive meanwhile.
    package var relativeReadLateness: Double?
    /// Arrivals, of the whole run up to the window's end.
    package var backlog: Int?
    package var meanInFlight: Double
    /// From schedule over end to end, less 1, by percentile.
    package var shifts: [(p: Double, shift: Double)]
    /// Dropped, interrupted and lost requests of all that were due.
    package var unmeasuredShare: Double
    /// Share of samples with as many in flight as there may be: virtual users, or connections.
    package var atCapShare: Double

    package init(
        meanRelativeLateness: Double?, relativeReadLateness: Double? = nil, backlog: Int?, meanInFlight: Double,
        shifts: [(p: Double, shift: Double)] = [], unmeasuredShare: Double = 0, atCapShare: Double = 0
    ) {
        self.meanRelativeLateness = meanRelativeLateness
        self.relativeReadLateness = relativeReadLateness
        self.backlog = backlog
        self.meanInFlight = meanInFlight
        self.shifts = shifts
        self.unmeasuredShare = unmeasuredShare
        self.atCapShare = atCapShare
    }
}
