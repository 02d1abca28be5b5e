// How a run went over time, in buckets of a second that become two, four… seconds in long runs, so that a day of load
// costs as much memory as an hour. It is in the result, so that a summary alone is enough to draw the run.

import Generator

/// What happened per interval since the run's start.
package struct Timeline: Sendable, Equatable {
    package struct Bucket: Sendable, Equatable {
        /// Arrivals that were due, dropped ones included; 0 in a closed loop, where nothing is.
        package var asked: UInt64 = 0
        /// Requests that started, known when they end.
        package var started: UInt64 = 0
        /// Requests that ended, good or failed.
        package var finished: UInt64 = 0
        package var failed: UInt64 = 0
        /// Requests cut off by the end of the run, and arrivals that found all users busy.
        package var interrupted: UInt64 = 0
        package var dropped: UInt64 = 0
        /// Completion tokens of the successes that ended.
        package var outputTokens: UInt64 = 0
        package var connectionsOpened: UInt64 = 0
        /// End − start of the successes that were due, as the windows of ``Certainty`` have them.
        package var latency = DurationCounts()
        /// Of those that were streamed: time to the first token, and to each further one.
        package var firstToken = DurationCounts()
        package var timePerToken = DurationCounts()
        /// Started − scheduled of what started, microseconds: all of it, and the most.
        package var lateness: UInt64 = 0
        package var mostLateness: UInt64 = 0
        /// The generator's own look at itself.
        package var generator = GeneratorStep()
        /// Failed requests by kind, in the order in which the kinds appeared; the last is of all later ones.
        package var failures: [UInt32] = []

        package init() {}
    }

    /// One hour of seconds.
    package static let capacity = 3_600
    /// Kinds of failure that are counted apart.
    static let failureKinds = 64

    package internal(set) var buckets: [Bucket] = []
    /// Seconds per bucket: 1, 2, 4…
    package internal(set) var width: Int64 = 1
    /// For a live display.
    package internal(set) var recent = RecentSeconds()
    private var lastSample: GeneratorSample?

    package init() {}

    /// Of a document.
    init(width: Int64, buckets: [Bucket]) {
        self.width = width
        self.buckets = buckets
    }

    /// Equal in what there is of the run.
    package static func == (left: Self, right: Self) -> Bool { left.width == right.width && left.buckets == right.buckets }

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

    /// Takes in a failure, `kind` in order of appearance.
    mutating func addFailure(kind: Int, at time: Int64) {
        let kind = min(kind, Self.failureKinds - 1)
        update(time) { bucket in
            while bucket.failures.count <= kind { bucket.failures.append(0) }
            bucket.failures[kind] &+= 1
        }
    }

    /// Takes in a sample, those of one process in their order.
    mutating func add(_ sample: GeneratorSample) {
        let cpu = max(0, sample.cpuTime - (lastSample?.cpuTime ?? sample.cpuTime))
        lastSample = sample
        // Each tells of the time before it.
        update(max(0, sample.time - 1)) { $0.generator.add(sample, cpu: cpu) }
    }

    /// Requests finished per second in the last `seconds` whole buckets before `time`; the running one would look low.
    package func finishedPerSecond(before time: Int64, seconds: Int64 = 5) -> Double {
        perSecond(\.finished, before: time, seconds: seconds)
    }

    /// Completion tokens per second, likewise.
    package func outputTokensPerSecond(before time: Int64, seconds: Int64 = 5) -> Double {
        perSecond(\.outputTokens, before: time, seconds: seconds)
    }

    /// Requests finished in each of the last whole seconds before `time`, oldest first; of a run with wider buckets none.
    package func finishedLately(before time: Int64, seconds: Int64 = Int64(RecentSeconds.length)) -> [Double] {
        guard width == 1 else { return [] }
        let current = max(0, time) / 1_000_000_000
        return (max(0, current - seconds)..<current).map { $0 < buckets.count ? Double(buckets[Int($0)].finished) : 0 }
    }

    private func perSecond(_ count: KeyPath<Bucket, UInt64>, before time: Int64, seconds: Int64) -> Double {
        let current = Int(max(0, time) / (width * 1_000_000_000))
        let first = max(0, current - Int(max(1, seconds / width)))
        guard current > first else { return 0 }
        let total = (first..<current).reduce(UInt64(0)) { $0 + ($1 < buckets.count ? buckets[$1][keyPath: count] : 0) }
        return Double(total) / Double(Int64(current - first) * width)
    }

    mutating func coarsen() {
        width *= 2
        var halved: [Bucket] = []
        halved.reserveCapacity(Self.capacity)
        for pair in stride(from: 0, to: buckets.count, by: 2) {
            var bucket = buckets[pair]
            if pair + 1 < buckets.count { bucket.merge(buckets[pair + 1]) }
            halved.append(bucket)
        }
        buckets = halved
    }
}

extension Timeline.Bucket {
    /// Adds the interval that follows.
    package mutating func merge(_ next: Self) {
        for count in Self.counts { self[keyPath: count] &+= next[keyPath: count] }
        mostLateness = max(mostLateness, next.mostLateness)
        latency.merge(next.latency)
        firstToken.merge(next.firstToken)
        timePerToken.merge(next.timePerToken)
        generator.merge(next.generator)
        while failures.count < next.failures.count { failures.append(0) }
        for (kind, count) in next.failures.enumerated() { failures[kind] &+= count }
    }

    @inline(__always)
    mutating func addSuccess(_ record: RunRecord, started: Int64) {
        latency.add(milliseconds: milliseconds(record.end - started))
        guard record.firstToken >= 0 else { return }
        firstToken.add(milliseconds: milliseconds(record.firstToken - started))
        if let perToken = record.millisecondsPerToken { timePerToken.add(milliseconds: perToken) }
    }

    private static let counts: [WritableKeyPath<Self, UInt64> & Sendable] = [
        \.asked, \.started, \.finished, \.failed, \.interrupted, \.dropped, \.outputTokens, \.connectionsOpened, \.lateness,
    ]
}
