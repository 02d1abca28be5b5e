// A run seen second by second, which is what the search for its steady part reads: how many requests were in flight, and how
// long those took that were scheduled then. Logarithms, so that one slow request does not look like a change of regime.

import Glibc

package enum PerSecond {
    /// The mean logarithm of the latencies (in seconds) scheduled in each second of `columns`' window. A second without a
    /// request has the value of the one before, those at the head the first there is. Empty without any request.
    package static func meanLogLatency(_ columns: LatencyColumns) -> [Double] {
        let seconds = Int((columns.window.upperBound - columns.window.lowerBound + 999_999_999) / 1_000_000_000)
        var sums = [Double](repeating: 0, count: seconds)
        var counts = [Int](repeating: 0, count: seconds)
        columns.forEach { scheduled, latency in
            let second = Int((scheduled - columns.window.lowerBound) / 1_000_000_000)
            sums[second] += log(Double(max(1, latency)) / 1e9)
            counts[second] += 1
        }
        guard let first = counts.firstIndex(where: { $0 > 0 }) else { return [] }
        var last = sums[first] / Double(counts[first])
        return zip(sums, counts).map { sum, count in
            if count > 0 { last = sum / Double(count) }
            return last
        }
    }

    /// Requests in flight at the end of each whole second of `window`: started by then and not yet ended. Those from before
    /// the window count while they last, and those that failed or were cut off too.
    package static func inFlight(_ observations: Observations, window: Range<Int64>) -> [Double] {
        let seconds = Int((window.upperBound - window.lowerBound) / 1_000_000_000)
        guard seconds > 0 else { return [] }
        // Changes of the number in flight, by the first second whose end sees them.
        var changes = [Int](repeating: 0, count: seconds + 1)
        func second(_ instant: Int64) -> Int { max(0, min(seconds, Int((instant - window.lowerBound - 1) / 1_000_000_000))) }
        observations.forEach { one in
            changes[second(one.started)] += 1
            changes[second(one.ended)] -= 1
        }
        var inFlight = 0
        return changes.dropLast().map { change in
            inFlight += change * observations.weight
            return Double(inFlight)
        }
    }
}
