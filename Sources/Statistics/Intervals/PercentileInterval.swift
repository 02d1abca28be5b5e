// The interval of a percentile (docs/STATISTICS.md, "Interval of a percentile"): how often values exceed the percentile, by
// blocks of time, says how uncertain its rank is; the order statistics at the ends of that band of ranks are the bounds. No
// distribution is assumed, no random numbers are drawn, and nothing is sorted.

/// A percentile of latencies with its bounds.
package struct PercentileInterval: Sendable, Equatable {
    /// The share of values below it, 0.95 for p95.
    package let p: Double
    /// Requests it was made from.
    package let count: Int
    /// Nanoseconds, between two latencies where the percentile falls between them.
    package let value: Double
    /// Nanoseconds; `nil` when no latency is low or high enough to be a bound.
    package let low, high: Int64?
    /// How many independent requests would be as good.
    package let effectiveCount: Double
    /// The band of ranks as shares of the sample.
    let lowShare, highShare: Double
    /// Variances of the number of values beyond, for 5, 10 and 20 blocks.
    let variances: [Double]

    /// Independent values on the percentile's rarer side.
    package var tailEvents: Double { min(p, 1 - p) * effectiveCount }
    /// How many values lie on the percentile's rarer side.
    package var valuesBeyond: Double { min(p, 1 - p) * Double(count) }
}

/// Everything before the bounds themselves are looked up.
struct PercentileBand {
    let p, value: Double
    let effectiveCount: Double
    let lowShare, highShare: Double
    let variances: [Double]
    /// Ranks of the bounds, counted from 0; `nil` outside the sample.
    let lowRank, highRank: Int?

    init(p: Double, value: Double, count: Int, effectiveCount: Double, variances: [Double], z: Double) {
        self.p = p
        self.value = value
        self.effectiveCount = effectiveCount
        self.variances = variances
        (lowShare, highShare) = EffectiveSample.wilson(p: p, size: effectiveCount, z: z)
        let low = Int((Double(count) * lowShare).rounded(.down))
        let high = Int((Double(count) * highShare).rounded(.up)) + 1
        lowRank = low >= 1 ? low - 1 : nil
        highRank = high <= count ? high - 1 : nil
    }
}
