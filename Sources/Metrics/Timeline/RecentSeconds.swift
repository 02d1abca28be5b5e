// Latencies by when they ended, of the last half minute: what a live display shows. The timeline has them by when their
// requests were due, which is what a finished run is judged by, and of the last seconds knows only the quick ones.

/// A ring of seconds.
package struct RecentSeconds: Sendable, Equatable {
    package static let length = 30
    private var seconds = [Int64](repeating: -1, count: length + 1)
    private var latencies = [DurationCounts](repeating: DurationCounts(), count: length + 1)

    @inline(__always)
    mutating func add(milliseconds: Double, endedAt time: Int64) {
        let second = max(0, time) / 1_000_000_000
        let place = Int(second % Int64(Self.length + 1))
        if seconds[place] != second {
            // An answer that is handed over late belongs to nothing that is shown.
            guard second > seconds[place] else { return }
            seconds[place] = second
            latencies[place] = DurationCounts()
        }
        latencies[place].add(milliseconds: milliseconds)
    }

    /// Of each whole second before `time` (nanoseconds), oldest first, at most ``length``; nil where nothing ended.
    package func p95(before time: Int64) -> [Double?] {
        let current = max(0, time) / 1_000_000_000
        return (max(0, current - Int64(Self.length))..<current).map { second in
            let place = Int(second % Int64(Self.length + 1))
            return seconds[place] == second ? latencies[place].percentiles([0.95]).first : nil
        }
    }
}
