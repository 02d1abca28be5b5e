// The interval between runs: what one run cannot see (restarts, placement, neighbours, slow drift) shows in several. A t
// interval over the logarithms of their figures; with ratios of repeated comparisons it is the interval of the ratio.

import Glibc

package enum BetweenRuns {
    /// Fewer repeats than this have a t interval too wide to act on.
    package static let recommended = 5

    /// B over A from the ratios of separate pairs of runs; `nil` for fewer than 2 or one that is not positive.
    package static func estimate(ratios: [Double]) -> RatioEstimate? {
        guard ratios.allSatisfy({ $0 > 0 }) else { return nil }
        return RatioEstimate(ratios.map { log($0) }, areNeighbours: false)
    }

    /// Geometric mean and 95 % interval of positive figures of separate runs; `nil` for fewer than 2.
    package static func interval(_ figures: [Double]) -> Interval? {
        guard let (mean, deviation) = logarithms(figures) else { return nil }
        let half = StudentT.quantile(upperTail: 0.025, degrees: figures.count - 1) * deviation / Double(figures.count).squareRoot()
        return Interval(value: exp(mean), low: exp(mean - half), high: exp(mean + half))
    }

    /// How much runs differ: the standard deviation of the logarithms of their figures, 0.02 for 2 %. `nil` as of the interval.
    package static func spread(_ figures: [Double]) -> Double? { logarithms(figures)?.deviation }

    private static func logarithms(_ figures: [Double]) -> (mean: Double, deviation: Double)? {
        guard figures.count >= 2, figures.allSatisfy({ $0 > 0 }) else { return nil }
        let logs = figures.map { log($0) }
        let mean = logs.reduce(0, +) / Double(logs.count)
        return (mean, (logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)).squareRoot())
    }
}
