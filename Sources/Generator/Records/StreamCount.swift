// What a run keeps of its streams beside a record for each: how often which duration came, by prompt label. A stream of a thousand
// tokens has as many gaps; kept one by one they would be ten times the records. They are added up for a second before they
// leave their shard.

/// What is counted by duration.
package enum StreamMeasure: UInt8, Sendable, CaseIterable {
    /// From one chunk with output to the next of the same answer.
    case gap = 1
    /// From started to the first event of any kind.
    case firstEvent = 2
    /// From started to the first output after reasoning; of answers with reasoning.
    case firstContent = 3
}

/// How often durations of one bucket came in succeeded requests of one label.
package struct StreamCount: Sendable, Equatable {
    package var measure: StreamMeasure
    /// Index into the run's label table.
    package var label: UInt16
    /// The number of the lane; 0 in a run without lanes.
    package var arm: UInt16
    /// ``DurationBucket``.
    package var bucket: UInt32
    package var count: UInt32

    package init(measure: StreamMeasure, label: UInt16, arm: UInt16 = 0, bucket: UInt32, count: UInt32) {
        self.measure = measure
        self.label = label
        self.arm = arm
        self.bucket = bucket
        self.count = count
    }
}

/// The counts of one lane on one shard until they are handed over.
struct StreamTally {
    /// As long as the generator's samples are apart: a process that is killed leaves all but its last second.
    static let maximumAge: Int64 = 1_000_000_000

    private let arm: UInt16
    /// By measure, label and bucket.
    private var counts: [UInt64: UInt32] = [:]
    /// When they should be handed over.
    private(set) var dueAt = Int64.max

    init(arm: UInt16 = 0) { self.arm = arm }

    /// Adds a succeeded request that was started at `started`.
    mutating func add(_ times: TokenTimes, label: UInt16, started: Int64, now: Int64) {
        if counts.isEmpty { dueAt = now + Self.maximumAge }
        if times.firstEvent >= 0 {
            add(.firstEvent, label, DurationBucket.of(nanoseconds: times.firstEvent - started), 1)
        }
        if times.hasReasoning, times.firstContent >= 0 {
            add(.firstContent, label, DurationBucket.of(nanoseconds: times.firstContent - started), 1)
        }
        for (bucket, count) in times.gapCounts { add(.gap, label, bucket, count) }
    }

    /// All of them, in order.
    mutating func take() -> [StreamCount] {
        dueAt = .max
        defer { counts.removeAll(keepingCapacity: true) }
        return counts.sorted { $0.key < $1.key }.compactMap { key, count in
            StreamMeasure(rawValue: UInt8(truncatingIfNeeded: key >> 48)).map {
                StreamCount(
                    measure: $0, label: UInt16(truncatingIfNeeded: key >> 32), arm: arm, bucket: UInt32(truncatingIfNeeded: key),
                    count: count)
            }
        }
    }

    private mutating func add(_ measure: StreamMeasure, _ label: UInt16, _ bucket: UInt32, _ count: UInt32) {
        counts[UInt64(measure.rawValue) << 48 | UInt64(label) << 32 | UInt64(bucket), default: 0] &+= count
    }
}
