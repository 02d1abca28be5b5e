// Decides when a run has failed enough (`stop_on: {errors: "50% for 30s"}`). Pure: it is told what finished when, and
// answers; it owns no clock.

import Base
import Scenarios

/// Watches the share of failed requests among those that finished within a sliding window.
struct CircuitBreaker: Sendable {
    /// Pieces of a window. A request leaves it up to a hundredth of the window late.
    private static let pieces: Int64 = 100

    private struct Bucket {
        var number: Int64 = -1
        var finished = 0
        var failed = 0
    }

    let limit: ErrorLimit
    private let bucketLength: Int64
    private var buckets: [Bucket]
    private var finished = 0
    private var failed = 0
    private var newest: Int64 = 0

    init(_ limit: ErrorLimit) {
        self.limit = limit
        bucketLength = max(1, limit.window.nanoseconds / Self.pieces)
        // One more than the window has: the running bucket is not full yet.
        buckets = Array(repeating: Bucket(), count: Int(Self.pieces) + 1)
    }

    /// A request finished at `time` (nanoseconds since the run's start; of several shards, so not quite in order).
    mutating func finished(at time: Int64, failed isFailure: Bool) {
        let number = max(0, time) / bucketLength
        advance(to: number)
        // Older than the window: it would have left it already.
        guard number > newest - Int64(buckets.count) else { return }
        let index = Int(number % Int64(buckets.count))
        if buckets[index].number != number { buckets[index] = Bucket(number: number) }
        buckets[index].finished += 1
        finished += 1
        if isFailure {
            buckets[index].failed += 1
            failed += 1
        }
    }

    /// Whether the limit is reached at `now`: not before a whole window has passed, and not without a request.
    mutating func isTripped(at now: Int64) -> Bool {
        advance(to: max(0, now) / bucketLength)
        return now >= limit.window.nanoseconds && finished > 0
            && Double(failed) >= limit.share * Double(finished)
    }

    /// What the window holds, for the reason given: `37 of 60 requests failed within 30s`.
    var description: String {
        "\(failed) of \(finished) requests failed within \(DurationGrammar.format(limit.window))"
    }

    private mutating func advance(to number: Int64) {
        guard number > newest else { return }
        for passed in (max(newest + 1, number - Int64(buckets.count) + 1))...number {
            let index = Int(passed % Int64(buckets.count))
            finished -= buckets[index].finished
            failed -= buckets[index].failed
            buckets[index] = Bucket(number: passed)
        }
        newest = number
    }
}
