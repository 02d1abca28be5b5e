// Intervals of what is counted and not ranked: requests or tokens per second, and shares such as the success rate. The same
// blocks as for percentiles say how much the total varies, and a share gets Wilson's band, so that a run without a failure
// does not claim that there are none.

/// A value with bounds.
package struct Interval: Sendable, Equatable {
    package let value, low, high: Double
}

extension BlockTotals {
    /// What was counted, per second of the window. Never below 0.
    package func rate(_ confidence: Confidence = .twoSided95) -> Interval {
        let half = halfWidth(confidence)
        return Interval(value: total / seconds, low: max(0, total - half) / seconds, high: (total + half) / seconds)
    }

    /// The share of `whole`'s count that is counted here, both over one window; `nil` when `whole` is empty.
    package func share(of whole: BlockTotals, _ confidence: Confidence = .twoSided95) -> Interval? {
        let n = whole.total
        guard n > 0 else { return nil }
        let share = total / n
        let surplus = BlockTotals(window: 0..<1, sums: zip(sums, whole.sums).map { $0 - share * $1 })
        let size = EffectiveSample.size(
            count: Int(n), p: share, halfWidth: surplus.halfWidth(confidence) / n, z: confidence.z)
        let (low, high) = EffectiveSample.wilson(p: share, size: size, z: confidence.z)
        return Interval(value: share, low: share == 0 ? 0 : low, high: share == 1 ? 1 : high)
    }
}
