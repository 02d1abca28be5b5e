// Two arms under the same schedule, cut at the same instants: in each block the logarithm of the ratio of their percentiles.
// What hits both at once (a burst of arrivals, a hard prompt, a busy machine) cancels within the block.

import Glibc

package enum BlockDifferences {
    /// ln(B/A) of percentile `p` in each of `blocks` equal parts of the window, which both arms share; `nil` for a block in
    /// which an arm has no request, or none that took any time.
    package static func differences(a: LatencyColumns, b: LatencyColumns, p: Double, blocks: Int) -> [Double?] {
        precondition(a.window == b.window)
        let ofA = sorted(a, blocks), ofB = sorted(b, blocks)
        return zip(ofA, ofB).map { difference(ofSorted: $0, $1, p: p) }
    }

    /// ln(B/A) of percentile `p` of one block's values, ascending.
    package static func difference(ofSorted a: [Double], _ b: [Double], p: Double) -> Double? {
        guard let a = Quantile.linear(p, ofSorted: a), let b = Quantile.linear(p, ofSorted: b), a > 0, b > 0 else { return nil }
        return log(b / a)
    }

    /// Latencies by block, ascending.
    private static func sorted(_ columns: LatencyColumns, _ blocks: Int) -> [[Double]] {
        var parts = [[Double]](repeating: [], count: blocks)
        let length = columns.window.upperBound - columns.window.lowerBound
        columns.forEach { scheduled, latency in
            parts[Int((scheduled - columns.window.lowerBound) * Int64(blocks) / length)].append(Double(latency))
        }
        for index in parts.indices { parts[index].sort() }
        return parts
    }
}
