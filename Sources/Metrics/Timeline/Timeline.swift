// How a run went over time, in buckets of a second that become two, four… seconds in long runs, so that a day of load
// costs as much memory as an hour.

/// Counts per interval since the run's start.
package struct Timeline: Sendable {
    package struct Bucket: Sendable, Equatable {
        /// Requests that ended, good or failed.
        package var finished: UInt64 = 0
        package var failed: UInt64 = 0
        package var dropped: UInt64 = 0
        /// Requests that started, known when they end.
        package var started: UInt64 = 0
        /// Completion tokens of the successes that ended.
        package var outputTokens: UInt64 = 0
    }

    /// One hour of seconds, 144 kB.
    package static let capacity = 3_600
    package private(set) var buckets: [Bucket] = []
    /// Seconds per bucket: 1, 2, 4…
    package private(set) var width: Int64 = 1

    /// Changes the bucket of `time` (nanoseconds since the run's start).
    @inline(__always)
    mutating func update(_ time: Int64, _ change: (inout Bucket) -> Void) {
        var index = Int(max(0, time) / (width * 1_000_000_000))
        while index >= Self.capacity {
            coarsen()
            index /= 2
        }
        while index >= buckets.count { buckets.append(Bucket()) }
        change(&buckets[index])
    }

    /// Requests finished per second in the last `seconds` whole buckets before `time`; the running one would look low.
    package func finishedPerSecond(before time: Int64, seconds: Int64 = 5) -> Double {
        perSecond(\.finished, before: time, seconds: seconds)
    }

    /// Completion tokens per second, likewise.
    package func outputTokensPerSecond(before time: Int64, seconds: Int64 = 5) -> Double {
        perSecond(\.outputTokens, before: time, seconds: seconds)
    }

    private func perSecond(_ count: KeyPath<Bucket, UInt64>, before time: Int64, seconds: Int64) -> Double {
        let current = Int(max(0, time) / (width * 1_000_000_000))
        let first = max(0, current - Int(max(1, seconds / width)))
        guard current > first else { return 0 }
        let total = (first..<current).reduce(UInt64(0)) { $0 + ($1 < buckets.count ? buckets[$1][keyPath: count] : 0) }
        return Double(total) / Double(Int64(current - first) * width)
    }

    private mutating func coarsen() {
        width *= 2
        var halved: [Bucket] = []
        halved.reserveCapacity(Self.capacity)
        for pair in stride(from: 0, to: buckets.count, by: 2) {
            var bucket = buckets[pair]
            if pair + 1 < buckets.count {
                let next = buckets[pair + 1]
                bucket.finished += next.finished
                bucket.failed += next.failed
                bucket.dropped += next.dropped
                bucket.started += next.started
                bucket.outputTokens += next.outputTokens
            }
            halved.append(bucket)
        }
        buckets = halved
    }
}
