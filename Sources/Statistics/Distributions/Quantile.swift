// The percentile that the whole product uses: of n sorted values, the one at position p·(n − 1), linearly between its
// neighbours (R's type 7). docs/METRICS.md, "Trend".

package enum Quantile {
    /// The position as two ranks, counted from 0, and the weight of the upper one.
    static func position(_ p: Double, count: Int) -> (lower: Int, upper: Int, weight: Double) {
        let position = p * Double(count - 1)
        let lower = min(count - 1, Int(position.rounded(.down)))
        return (lower, min(lower + 1, count - 1), position - Double(lower))
    }

    /// The quantile of ascending values; `nil` without any.
    package static func linear(_ p: Double, ofSorted values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let (lower, upper, weight) = position(p, count: values.count)
        return values[lower] + weight * (values[upper] - values[lower])
    }
}
