// How sure an interval is, with the critical values that follow. They are computed once and handed along, since they are
// dearer than anything else in the interval of a small sample.

/// The probability left beyond each bound of an interval.
package struct Confidence: Sendable {
    /// The share of cases in which the truth lies beyond one bound.
    package let tail: Double
    package let z: Double
    /// Numbers of blocks of time whose variances are taken, and critical t of each.
    let blocks: [Int]
    let t: [Double]

    /// The usual interval: 2.5 % beyond each of its bounds.
    package static let twoSided95 = Confidence(tail: 0.025)

    /// A bound on one side that fails with probability `tail`.
    package init(tail: Double, blocks: [Int] = BlockTotals.blockCounts) {
        self.tail = tail
        self.blocks = blocks
        z = Normal.quantile(upperTail: tail)
        t = blocks.map { StudentT.quantile(upperTail: tail, degrees: $0 - 1) }
    }

    /// A bound of a confirmation. Without the 5 blocks, whose t at such levels, 5 and more, would need more load than they protect.
    package static func confirming(tail: Double) -> Confidence { Confidence(tail: tail, blocks: [10, 20]) }
}
