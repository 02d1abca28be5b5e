// Whether the generator kept up with its own plan, from three things that it can be late with, judged alike. A share of
// late ones says the same as a 99th percentile (more than 1 % later than 10 ms is a p99 above 10 ms), merges over shards
// and tasks by addition, and counts what never happened.

import Generator

/// Things that were due, and those of them that came more than ``KeptUp/limit`` late.
package struct LateShare: Sendable, Equatable {
    package private(set) var total: UInt64 = 0
    package private(set) var late: UInt64 = 0

    package init(total: UInt64 = 0, late: UInt64 = 0) {
        self.total = total
        self.late = late
    }

    /// - Parameter lateness: nanoseconds.
    @inline(__always)
    mutating func add(lateness: Int64, count: UInt64 = 1) {
        total &+= count
        if lateness > KeptUp.limit { late &+= count }
    }

    mutating func add(total: UInt64, late: UInt64) {
        self.total &+= total
        self.late &+= late
    }

    /// 0…1; `nil` without a thing.
    package var share: Double? { total == 0 ? nil : Double(late) / Double(total) }

    /// More than 1 % late. One late thing of few is no pattern.
    package var isBad: Bool { late > max(1, total / 100) }
}

/// The judgement.
package struct KeptUp: Sendable, Equatable {
    /// Nanoseconds after which a thing is late: k6 itself is 3 to 13 ms late at p99 on the same machine, and an LLM's
    /// answer takes a hundred times that.
    package static let limit: Int64 = 10_000_000
    /// What is due in the first second is left out: the burst at t = 0, and the connections it opens.
    static let firstWave: Int64 = 1_000_000_000

    /// Heartbeats of the shards' loops: while a loop is away, no answer is read.
    package var loop = LateShare()
    /// Requests by their start against the instant they were due, with the arrivals that were dropped.
    package var starts = LateShare()
    /// Requests on an open connection by their sending against the instant they were due.
    package var sends = LateShare()

    /// What was late, by the name it has in a summary.
    package var reasons: [String] { parts.filter(\.share.isBad).map(\.name) }

    /// `nil` when there is nothing to judge by: nothing was due after the first second.
    package var verdict: Bool? { parts.allSatisfy { $0.share.total == 0 } ? nil : reasons.isEmpty }

    var parts: [(name: String, share: LateShare)] { [("loop", loop), ("starts", starts), ("sends", sends)] }

    /// Takes in the first exchange of a request.
    @inline(__always)
    mutating func add(_ record: RunRecord) {
        guard record.scheduled >= Self.firstWave else { return }
        starts.add(lateness: record.started - record.scheduled)
        // To open a connection takes as long as the server likes, and to send again is its doing too.
        if record.flags.contains(.connectionReused), !record.flags.contains(.retriedByTransport), record.sent >= 0 {
            sends.add(lateness: record.sent - record.scheduled)
        }
    }

    /// Takes in dropped arrivals: late are those that the generator gave up long after they were due.
    mutating func addDropped(_ record: RunRecord) {
        guard record.scheduled >= Self.firstWave, !record.flags.contains(.paused) else { return }
        starts.add(lateness: record.end - record.scheduled, count: record.droppedArrivals)
    }

    mutating func add(_ sample: GeneratorSample) {
        loop.add(total: UInt64(sample.beats), late: UInt64(sample.lateBeats))
    }
}
