// The ratio of two arms from the differences of their blocks (docs/STATISTICS.md, "Comparison"): a t interval whose standard
// error is widened by what neighbouring blocks still share.

import Glibc

/// B over A, with its 95 % interval.
package struct RatioEstimate: Sendable, Equatable {
    package let blocks: Int
    /// Mean of ln(B/A).
    let mean: Double
    /// Correlation of neighbouring blocks that was allowed for, 0…0.6.
    let correlation: Double
    let standardError: Double
    /// 0 when all differences are equal.
    let t: Double
    package let ratio, low, high: Double
    /// The smallest shift that would have been found 80 % of the time: 0.024 for 2.4 %.
    package let detectable: Double

    /// Beyond this the blocks are too few to tell correlation from trend.
    private static let mostCorrelation = 0.6

    /// `differences`: ln(B/A) by block; `nil` for fewer than 2.
    ///
    /// - Parameter areNeighbours: whether they follow each other in one run. Those of separate runs share nothing.
    package init?(_ differences: [Double], areNeighbours: Bool = true) {
        guard differences.count >= 2 else { return nil }
        let n = Double(differences.count)
        blocks = differences.count
        mean = differences.reduce(0, +) / n
        let centre = mean
        let deviations = differences.map { $0 - centre }
        var squares = deviations.reduce(0) { $0 + $1 * $1 }
        // Rounding, not noise.
        if squares < 1e-20 * n { squares = 0 }
        let products = zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        // 1/n undoes the estimate's bias towards negative values.
        correlation = areNeighbours ? min(Self.mostCorrelation, max(0, (squares == 0 ? 0 : products / squares) + 1 / n)) : 0
        standardError = (squares / (n - 1) / n).squareRoot() * ((1 + correlation) / (1 - correlation)).squareRoot()
        t = standardError == 0 ? 0 : mean / standardError
        let degrees = differences.count - 1
        let critical = StudentT.quantile(upperTail: 0.025, degrees: degrees)
        ratio = exp(mean)
        low = exp(mean - critical * standardError)
        high = exp(mean + critical * standardError)
        detectable = expm1((critical + StudentT.quantile(upperTail: 0.2, degrees: degrees)) * standardError)
    }

    /// The probability of so large a difference between equal arms. Without any spread between blocks there is no t; that all
    /// of them point the same way has the probability of as many equal tosses of a coin.
    package var probability: Double {
        guard standardError == 0 else { return StudentT.twoSidedProbability(t, degrees: blocks - 1) }
        return mean == 0 ? 1 : pow(2, Double(1 - blocks))
    }

    /// The probability of so large a difference between arms that differ by `share` (0.03 for 3 %) at most, either way.
    package func probability(beyond share: Double) -> Double {
        let more = abs(mean) - log1p(share)
        guard more > 0 else { return 1 }
        guard standardError > 0 else { return probability }
        return StudentT.twoSidedProbability(more / standardError, degrees: blocks - 1)
    }

    /// How many times as long a run must be to find a shift of `share` (0.03 for 3 %) 80 % of the time: the error falls with
    /// the root of the time.
    package func timesAsLong(toFind share: Double) -> Double {
        let ratio = log1p(detectable) / log1p(share)
        return ratio * ratio
    }
}
