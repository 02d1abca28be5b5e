// The ratio of two arms from the differences of their blocks (docs/STATISTICS.md, "Comparison"): a t interval whose standard
// error is widened by what neighbouring blocks still share, and narrowed by what chance differences of the load explain.

import Glibc

/// B over A, with its 95 % interval.
package struct RatioEstimate: Sendable, Equatable {
    package let blocks: Int
    /// Blocks less what was estimated from them.
    private let degrees: Int
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
        let centre = differences.reduce(0, +) / Double(differences.count)
        self.init(
            mean: centre, residuals: differences.map { $0 - centre }, fitted: 1, share: 1 / Double(differences.count),
            areNeighbours: areNeighbours)
    }

    /// What `chances` explain is taken out by least squares, and the ratio is the one where they are 0; `nil` for fewer than 4
    /// blocks. Answers that happen to be longer are load: at equal lengths a shift of 3 % at p95 was found in 91 % of pairs with
    /// it and in 77 % without.
    ///
    /// - Parameter chances: of each block, ln(B/A) of what differs between equal arms too and decides their latencies.
    package init?(_ differences: [Double], without chances: [Double]) {
        precondition(differences.count == chances.count)
        guard differences.count >= 4 else { return nil }
        let n = Double(differences.count)
        let (centreX, centreY) = (chances.reduce(0, +) / n, differences.reduce(0, +) / n)
        let squares = chances.reduce(0) { $0 + ($1 - centreX) * ($1 - centreX) }
        // Without any spread there is nothing to explain, and where they differ by more than chance, the line would have to be
        // prolonged far beyond what it was drawn through.
        guard squares > 1e-20 * n, let ofChances = RatioEstimate(chances), ofChances.probability > 0.05 else {
            self.init(differences)
            return
        }
        let slope = zip(chances, differences).reduce(0) { $0 + ($1.0 - centreX) * ($1.1 - centreY) } / squares
        self.init(
            mean: centreY - slope * centreX, residuals: zip(chances, differences).map { $1 - centreY - slope * ($0 - centreX) }, fitted: 2,
            share: 1 / n + centreX * centreX / squares, areNeighbours: true)
    }

    /// - Parameters:
    ///   - fitted: numbers that were estimated from the blocks.
    ///   - share: variance of the mean over that of a block.
    private init(mean: Double, residuals: [Double], fitted: Int, share: Double, areNeighbours: Bool) {
        blocks = residuals.count
        degrees = blocks - fitted
        self.mean = mean
        let n = Double(blocks)
        var squares = residuals.reduce(0) { $0 + $1 * $1 }
        // Rounding, not noise.
        if squares < 1e-20 * n { squares = 0 }
        let products = zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        // 1/n undoes the estimate's bias towards negative values.
        correlation = areNeighbours ? min(Self.mostCorrelation, max(0, (squares == 0 ? 0 : products / squares) + 1 / n)) : 0
        standardError = (squares / Double(degrees) * share).squareRoot() * ((1 + correlation) / (1 - correlation)).squareRoot()
        t = standardError == 0 ? 0 : mean / standardError
        let critical = StudentT.quantile(upperTail: 0.025, degrees: degrees)
        ratio = exp(mean)
        low = exp(mean - critical * standardError)
        high = exp(mean + critical * standardError)
        detectable = expm1((critical + StudentT.quantile(upperTail: 0.2, degrees: degrees)) * standardError)
    }

    /// The probability of so large a difference between equal arms. Without any spread between blocks there is no t; that all
    /// of them point the same way has the probability of as many equal tosses of a coin.
    package var probability: Double {
        guard standardError == 0 else { return StudentT.twoSidedProbability(t, degrees: degrees) }
        return mean == 0 ? 1 : pow(2, Double(1 - blocks))
    }

    /// The probability of so large a difference between arms that differ by `share` (0.03 for 3 %) at most, either way.
    package func probability(beyond share: Double) -> Double {
        let more = abs(mean) - log1p(share)
        guard more > 0 else { return 1 }
        guard standardError > 0 else { return probability }
        return StudentT.twoSidedProbability(more / standardError, degrees: degrees)
    }

    /// How many times as long a run must be to find a shift of `share` (0.03 for 3 %) 80 % of the time: the error falls with
    /// the root of the time.
    package func timesAsLong(toFind share: Double) -> Double {
        let ratio = log1p(detectable) / log1p(share)
        return ratio * ratio
    }
}
