// The intervals of all percentiles of one set of latencies in three passes over it, however many percentiles there are: one
// counts, one gathers the percentiles, one counts what lies beyond them by block; a fourth gathers the bounds. Ten million
// latencies took 0.8 s on a machine with several processes to a core, and a megabyte beside the columns.

/// Percentiles of latencies with their intervals.
package struct LatencyIntervals: Sendable {
    package static let percentiles = [0.5, 0.9, 0.95, 0.99, 0.999]

    /// In the order asked for.
    package let intervals: [PercentileInterval]
    /// Requests in the window.
    package let count: Int
    /// The window's length.
    package let seconds: Double
    /// The 99th percentile in seconds: how long the memory of a server is, as far as latencies tell.
    package let p99Seconds: Double
    /// The smallest number of blocks that the window was divided into.
    let coarsest: Int

    /// Whose effective sample makes a percentile's interval.
    package enum Memory: Sendable {
        /// Its own.
        case own
        /// The smallest of the tail percentiles up to it: commoner events know the server's memory better.
        case shared
    }

    init(
        intervals: [PercentileInterval], count: Int, seconds: Double, p99Seconds: Double, coarsest: Int = BlockTotals.blockCounts[0]
    ) {
        self.intervals = intervals
        self.count = count
        self.seconds = seconds
        self.p99Seconds = p99Seconds
        self.coarsest = coarsest
    }

    /// `nil` when no request lies in the window. `percentiles` are shares, ascending.
    package init?(
        _ columns: LatencyColumns, percentiles: [Double] = Self.percentiles, confidence: Confidence = .twoSided95,
        memory: Memory = .shared
    ) {
        let ranked = RankedLatencies(columns)
        guard ranked.count > 0 else { return nil }
        let n = ranked.count
        let values = ranked.quantiles(percentiles + [0.99])
        let exceedances = Self.exceedances(of: Array(values.dropLast()), percentiles, in: columns)
        let own = zip(percentiles, exceedances).map { p, exceedances in
            EffectiveSample.size(count: n, p: p, halfWidth: exceedances.halfWidth(confidence) / Double(n), z: confidence.z)
        }
        let sizes = memory == .own ? own : EffectiveSample.smallest(of: own, percentiles)
        let bands = percentiles.indices.map { index in
            PercentileBand(
                p: percentiles[index], value: values[index], count: n, effectiveCount: sizes[index],
                variances: exceedances[index].variances, z: confidence.z)
        }
        let wanted = bands.flatMap { [$0.lowRank, $0.highRank].compactMap(\.self) }
        let bounds = Dictionary(zip(wanted, ranked.latencies(at: wanted)), uniquingKeysWith: { first, _ in first })
        intervals = bands.map { band in
            PercentileInterval(
                p: band.p, count: n, value: band.value, low: band.lowRank.flatMap { bounds[$0] },
                high: band.highRank.flatMap { bounds[$0] }, effectiveCount: band.effectiveCount, lowShare: band.lowShare,
                highShare: band.highShare, variances: band.variances)
        }
        count = n
        seconds = Double(columns.window.upperBound - columns.window.lowerBound) / 1e9
        p99Seconds = values[percentiles.count] / 1e9
        coarsest = confidence.blocks.min() ?? BlockTotals.blockCounts[0]
    }

    /// By percentile and block, values beyond the percentile less their expected number.
    private static func exceedances(of values: [Double], _ percentiles: [Double], in columns: LatencyColumns) -> [BlockTotals] {
        // A whole number is above a fraction exactly when it is above the fraction's whole part.
        let thresholds = values.map { Int64($0.rounded(.down)) }
        let classes = thresholds.count + 1
        // Latencies by block and number of percentiles they exceed.
        var counts = [Int](repeating: 0, count: BlockTotals.finest * classes)
        var cursor = BlockCursor(columns.window)
        counts.withUnsafeMutableBufferPointer { counts in
            thresholds.withUnsafeBufferPointer { thresholds in
                columns.forEach { scheduled, latency in
                    var exceeded = 0
                    for threshold in thresholds where latency > threshold { exceeded &+= 1 }
                    if let block = cursor.block(of: scheduled) { counts[block &* classes &+ exceeded] &+= 1 }
                }
            }
        }
        return percentiles.indices.map { index in
            let sums = (0..<BlockTotals.finest).map { block in
                let row = counts[block * classes..<(block + 1) * classes]
                let above = row.dropFirst(index + 1).reduce(0, +)
                return Double(above) - (1 - percentiles[index]) * Double(row.reduce(0, +))
            }
            return BlockTotals(window: columns.window, sums: sums)
        }
    }
}
