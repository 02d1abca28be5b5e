// Into how many blocks of time two runs are cut before their percentiles are compared: blocks long enough that a block's
// percentile says something and that neighbours are nearly independent. Twenty blocks shorter than the latencies themselves
// gave 8.3 % false alarms where 5 % were promised.

/// The number of blocks of a comparison.
package enum BlockPlan {
    private static let most = 20.0
    private static let tailValues = 5.0
    package static let fewest = 8

    /// Blocks for percentile `p` of `requests` (of the smaller arm) in `seconds`, with `p99Seconds` of the slower arm; `nil`
    /// when fewer than 8 would be left, which is too short for a comparison.
    package static func blocks(p: Double, requests: Int, seconds: Double, p99Seconds: Double) -> Int? {
        let byLatency = p99Seconds > 0 ? seconds / p99Seconds : most
        // 1 − 0.9 is a little below 0.1 in doubles.
        let byTail = Double(requests) * (1 - p) / tailValues + 1e-9
        let blocks = Int(min(most, min(byLatency, byTail)))
        return blocks >= fewest ? blocks : nil
    }

    /// How many more seconds at the same rate would make ``fewest`` blocks of them, for the same arguments.
    package static func moreSeconds(p: Double, requests: Int, seconds: Double, p99Seconds: Double) -> Double {
        let byTail = requests > 0 ? seconds * Double(fewest) * tailValues / (1 - p) / Double(requests) : .infinity
        return max(0, max(Double(fewest) * p99Seconds, byTail) - seconds)
    }
}
