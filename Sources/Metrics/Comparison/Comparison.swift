// Two sides of a comparison and what is known of their ratio. One value for every design: both arms in one run, arms that take
// turns, one run after the other, repeats; they differ in where the blocks of the interval come from, and in what the interval
// does not cover. docs/COMPARE.md says what the words mean.

import Base
import Statistics

package struct Comparison: Sendable, Equatable {
    /// How the load of the two sides lay in time.
    package enum Design: Sendable, Equatable {
        /// Both arms at once, under one schedule.
        case duet
        /// In one run, a turn each; ranges are the measured parts, nanoseconds since the run's start, in the order of time.
        case alternating(a: [Range<Int64>], b: [Range<Int64>])
        /// One run after the other.
        case sequential
        /// Pairs of runs: the interval is the one between them.
        case repeats
        /// One summary of each side, which has no blocks to make an interval of.
        case values

        /// As documents have it.
        package var name: String {
            switch self {
            case .duet: "duet"
            case .alternating: "abba"
            case .sequential: "sequential"
            case .repeats: "repeats"
            case .values: "values"
            }
        }
    }

    /// Raw values stand in documents.
    package enum Verdict: String, Sendable {
        case noDifference = "no_difference"
        case worse = "b_worse"
        case better = "b_better"
        /// Not comparable, or nothing had an interval.
        case none
    }

    package var design: Design
    package var a, b: ComparisonSide
    /// Why these are no pair; with any there are no figures.
    package var objections: [NotComparable] = []
    package var figures: [ComparisonFigure] = []
    /// The latency at ``ComparedQuantity/shiftPercentiles``, each interval for itself; no part of the verdict.
    package var shift: [ComparisonFigure] = []
    /// By prompt label, in the order of the corpus; no part of the verdict.
    package var labels: [ComparisonLabel] = []
    /// Nil where answers did not say how long they were.
    package var lengths: LengthDifference?
    /// What the intervals do not cover, and what was left out.
    package var notes: [String] = []
    /// The share up to which a difference is none for the verdict, 0.03 for 3 %.
    package var tolerance = 0.0

    /// By all figures that were tested: one that is worse decides.
    package var verdict: Verdict {
        let tested = figures.filter(\.isTested)
        guard objections.isEmpty, !tested.isEmpty else { return .none }
        let beyond = tested.filter(\.isBeyondTolerance)
        return beyond.isEmpty ? .noDifference : beyond.contains(where: \.isWorse) ? .worse : .better
    }

    /// What a command ends with.
    package var exitStatus: ExitStatus { verdict.exitStatus }
}

extension Comparison.Verdict {
    package var exitStatus: ExitStatus {
        switch self {
        case .noDifference: .done
        case .worse: .worse
        case .better: .better
        case .none: .records
        }
    }
}

/// One side.
package struct ComparisonSide: Sendable, Equatable {
    package var runs: [Run]

    package struct Run: Sendable, Equatable {
        package var name: String
        package var scenario: String
        package var model: String?
        package var url: String?
        /// RFC 3339 in UTC; nil in documents of k6.
        package var started: String?
        /// Seconds.
        package var duration: Double
        package var requests: UInt64
        /// 0…1.
        package var successRate: Double?
        /// VALID, SUSPECT, INVALID; nil where nobody judged.
        package var verdict: GeneratorVerdict.Level?
        /// Seconds from the start; nil when no prompt was sent twice, or nobody looked.
        package var repeatedFrom: Double?
        /// Input that the server had in its cache, 0…1; nil when no answer said.
        package var cachedShare: Double?
    }
}

/// The ratio of one quantity.
package struct ComparisonFigure: Sendable, Equatable {
    package var quantity: ComparedQuantity
    /// Nil for what has no percentiles.
    package var p: Double?
    /// Milliseconds, per second, or 0…1; nil where a side has none.
    package var a, b: Double?
    /// As measured; nil where there is no interval.
    package var measured: RatioEstimate?
    /// With both sides weighted to the same lengths of answers; nil where these are the same anyway.
    package var atEqualLengths: RatioEstimate?
    /// Why there is no verdict.
    package var untested: Untested?
    /// Blocks left out because the generator was late in one of the arms.
    package var lateBlocks = 0
    /// What the decisive interval is made of; empty where there is none.
    package var parts: [ComparisonPart] = []
    /// Holm's answers over all that is tested: whether there is a difference, and whether it is larger than the tolerance.
    package var isDifferent = false
    package var isBeyondTolerance = false

    /// What the verdict is about.
    package var decisive: RatioEstimate? { atEqualLengths ?? measured }
    package var isTested: Bool { decisive != nil && untested == nil }
    package var isWorse: Bool {
        let ratio = decisive?.ratio ?? 1
        return quantity.quantity == .latency ? ratio > 1 : ratio < 1
    }
    package var name: String { quantity.name(p: p) + (atEqualLengths == nil ? "" : " " + ComparisonNote.adjusted) }
    /// B over A as values alone tell it.
    package var ratioOfValues: Double? {
        guard let a, let b, a > 0 else { return nil }
        return b / a
    }
}

/// One block, or one of several pairs of runs.
package struct ComparisonPart: Sendable, Equatable {
    /// Seconds since the start, of blocks.
    package var from, to: Double?
    /// B over A in it.
    package var ratio: Double
    /// Left out because the generator was late.
    package var isLate = false
}

/// Why a figure has no verdict.
package enum Untested: Sendable, Equatable {
    /// Seconds that would be enough at the same rate; infinite where nothing would.
    case tooShort(moreSeconds: Double)
    case lateBlocks(late: Int, of: Int)
    /// The generator's verdict on this percentile of that arm is INVALID.
    case invalid(arm: String)
    /// An open loop asks for as many requests as its schedule has, whatever serves them.
    case schedule
    case noFailure
    case noRecords
    /// Documents of k6 do not say what was run.
    case unknownPlan
}

/// The same for the requests of one label.
package struct ComparisonLabel: Sendable, Equatable {
    package var name: String
    package var figures: [ComparisonFigure]
}

/// How long answers were.
package struct LengthDifference: Sendable, Equatable {
    /// Mean completion tokens of succeeded requests.
    package var a, b: Double
    /// Of the means by block; nil where the run is too short for any.
    package var ratio: RatioEstimate?
    /// Whether requests of the same number had answers of different lengths.
    package var isDifferent: Bool
}
