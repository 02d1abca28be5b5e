// How late the generator was. Both figures are relative, to the latency and to the requests in flight, because a server of
// slow answers forgives what ruins the figures of a quick one.

package enum Lateness {
    /// The mean of started − scheduled over the median latency; `nil` without a request or with a median of 0. Nanoseconds,
    /// columns of the same requests.
    package static func meanRelative(
        scheduled: UnsafeBufferPointer<Int64>, started: UnsafeBufferPointer<Int64>, medianLatency: Double
    ) -> Double? {
        guard !scheduled.isEmpty, medianLatency > 0 else { return nil }
        let sum = zip(scheduled, started).reduce(0.0) { $0 + Double($1.1 - $1.0) }
        return sum / Double(scheduled.count) / medianLatency
    }

    /// The most arrivals that were due and not yet started, seen at the starts up to `end` (nanoseconds). Of the whole run:
    /// a freeze before the window fills a queue that the window still drains.
    package static func backlog(scheduled: some Sequence<Int64>, started: some Sequence<Int64>, until end: Int64) -> Int {
        let due = ascending(scheduled)
        var arrived = 0
        var most = 0
        for (before, start) in ascending(started).enumerated() {
            guard start <= end else { break }
            while arrived < due.count, due[arrived] <= start { arrived += 1 }
            most = max(most, arrived - (before + 1))
        }
        return most
    }

    /// Records come nearly in order; sorting what is sorted would be the dearest part.
    private static func ascending(_ instants: some Sequence<Int64>) -> [Int64] {
        var instants = Array(instants)
        let isSorted = zip(instants, instants.dropFirst()).allSatisfy { $0 <= $1 }
        if !isSorted { instants.sort() }
        return instants
    }
}
