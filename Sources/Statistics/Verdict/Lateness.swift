// How late the generator was. All figures are relative, to the latency and to the requests in flight, because a server of
// slow answers forgives what ruins the figures of a quick one.

package enum Lateness {
    /// Answers quicker than this are judged as if they took so long, nanoseconds. A timer wakes 0.1 ms late on a quiet machine,
    /// which is 5 % of an answer of 2 ms and no fault of a generator's; at 50 ms the limits of 0.3 % and 2 % are 0.15 and 1 ms.
    package static let shortestLatency = 50e6

    /// The mean of started − scheduled over the median latency, of the requests scheduled in `window`; `nil` without one or
    /// with a median of 0. Nanoseconds.
    package static func meanRelative(_ observations: Observations, window: Range<Int64>, medianLatency: Double) -> Double? {
        var (sum, count) = (0.0, 0)
        observations.forEach { one in
            guard window.contains(one.scheduled) else { return }
            sum += Double(one.lag)
            count += 1
        }
        guard count > 0, medianLatency > 0 else { return nil }
        return sum / Double(count) / medianLatency
    }

    /// The most arrivals that were due and not yet started, of those due from `start` on, seen up to `end` (nanoseconds). Of
    /// the whole run: a freeze before the window fills a queue that the window still drains.
    package static func backlog(_ observations: Observations, from start: Int64, until end: Int64) -> Int {
        // Sorting needs a copy of both columns, and among so many a single one is nothing.
        if observations.count > mostSorted { return coarseBacklog(observations, from: start, until: end) * observations.weight }
        var scheduled: [Int64] = [], started: [Int64] = []
        observations.forEach { one in
            guard one.scheduled >= start else { return }
            scheduled.append(one.scheduled)
            started.append(one.started)
        }
        return backlog(scheduled: scheduled, started: started, until: end) * observations.weight
    }

    static let mostSorted = 1_000_000
    private static let slots = 1 << 20

    /// The same, seen at the ends of a million equal slots.
    static func coarseBacklog(_ observations: Observations, from start: Int64, until end: Int64) -> Int {
        guard end > start else { return 0 }
        var changes = [Int32](repeating: 0, count: slots + 1)
        let width = max(1, (end - start) / Int64(slots) + 1)
        func slot(_ instant: Int64) -> Int { Int(min(Int64(slots), max(0, instant - start) / width)) }
        changes.withUnsafeMutableBufferPointer { changes in
            observations.forEach { one in
                guard one.scheduled >= start else { return }
                changes[slot(one.scheduled)] += 1
                changes[slot(one.started)] -= 1
            }
        }
        var (waiting, most) = (0, 0)
        for change in changes.dropLast() {
            waiting += Int(change)
            most = max(most, waiting)
        }
        // Whoever is being started when the slot ends waits for nobody.
        return max(0, most - 1)
    }

    static func backlog(scheduled: some Sequence<Int64>, started: some Sequence<Int64>, until end: Int64) -> Int {
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
