// How sure an interval is, with the critical values that follow. They are computed once and handed along, since they are
// dearer than anything else in the interval of a small sample.

/// The probability left beyond each bound of an interval.
package struct Confidence: Sendable {
    /// The share of cases in which the truth lies beyond one bound.
    package let tail: Double
    package let z: Double
    /// Critical t by number of blocks, in the order of ``BlockTotals/blockCounts``.
    let t: [Double]

    /// The usual interval: 2.5 % beyond each of its bounds.
    package static let twoSided95 = Confidence(tail: 0.025)

    /// A bound on one side that fails with probability `tail`.
    package init(tail: Double) {
        self.tail = tail
        z = Normal.quantile(upperTail: tail)
        t = BlockTotals.blockCounts.map { StudentT.quantile(upperTail: tail, degrees: $0 - 1) }
    }
}
