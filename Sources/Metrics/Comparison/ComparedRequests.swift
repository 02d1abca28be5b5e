// What a comparison reads of each request of one arm: a fifth reader of records, beside statistics and file, and only where a
// comparison is wanted. 40 bytes a request; beyond five million only every second, fourth… iteration is kept, which is the same
// choice in both arms, so that what is left is still paired.

import Generator
import Glibc
import Statistics

/// One request.
struct ComparedRequest: Sendable {
    enum Outcome: UInt8, Sendable { case succeeded, failed, interrupted }

    /// Nanoseconds since the run's start.
    let scheduled: Int64
    /// End − started of the first hop, nanoseconds.
    let latency: Int64
    /// Started − scheduled, microseconds.
    let lag: UInt32
    let iteration: UInt32
    /// -1 where the answer did not say.
    let completionTokens: Int32
    /// Milliseconds; NaN where there is none, as of answers that were not streamed.
    let timeToFirstToken, timePerToken: Float
    let label: UInt16
    let outcome: Outcome

    var ended: Int64 { scheduled &+ Int64(lag) &* 1000 &+ latency }
}

/// The requests of one arm, in the order of their ends. Confined to whoever consumes the records; a copy is a snapshot.
package struct ComparedRequests: Sendable {
    private static let partSize = 4_096
    package static let usualMost = 5_000_000

    private let most: Int
    private(set) var parts: [[ComparedRequest]] = []
    /// Those that are kept.
    package private(set) var count = 0
    /// How many requests each kept one stands for: 1, 2, 4…
    package private(set) var weight: UInt32 = 1
    /// First hops of requests that are being redirected, by iteration.
    private var redirected: [UInt32: (scheduled: Int64, started: Int64)] = [:]

    /// - Parameter most: how many are kept.
    package init(most: Int = Self.usualMost) { self.most = most }

    /// Takes in a record of this arm; hops of one request in their order, all else in any.
    package mutating func consume(_ record: RunRecord) {
        guard record.kind == .request, record.iteration & (weight - 1) == 0 else { return }
        let isInterrupted = record.flags.contains(.interrupted)
        guard isInterrupted || record.flags.contains(.final) else {
            if record.hop == 0 { redirected[record.iteration] = (record.scheduled, record.started) }
            return
        }
        let first = record.hop > 0 ? redirected.removeValue(forKey: record.iteration) : nil
        let start = first ?? (record.scheduled, record.started)
        let isGood = !isInterrupted && record.isSuccess
        let isStreamed = isGood && record.firstToken >= 0
        append(
            ComparedRequest(
                scheduled: start.scheduled, latency: max(0, record.end - start.started),
                lag: UInt32(clamping: (start.started - start.scheduled) / 1000), iteration: record.iteration,
                completionTokens: isGood && record.completionTokens >= 0 ? record.completionTokens : -1,
                timeToFirstToken: isStreamed ? Float(milliseconds(record.firstToken - start.started)) : .nan,
                timePerToken: isStreamed ? record.millisecondsPerToken.map { Float($0) } ?? .nan : .nan, label: record.label,
                outcome: isInterrupted ? .interrupted : isGood ? .succeeded : .failed))
    }

    package mutating func consume(_ batch: UnsafeBufferPointer<RunRecord>) {
        for index in batch.indices { consume(batch[index]) }
    }

    private mutating func append(_ request: ComparedRequest) {
        if count >= most { thin() }
        guard request.iteration & (weight - 1) == 0 else { return }
        keep(request)
    }

    private mutating func keep(_ request: ComparedRequest) {
        if count % Self.partSize == 0 {
            var part: [ComparedRequest] = []
            part.reserveCapacity(Self.partSize)
            parts.append(part)
        }
        parts[parts.count - 1].append(request)
        count += 1
    }

    /// Keeps every other iteration of those there are. What was read is let go at once.
    private mutating func thin() {
        while count >= most, weight < 1 << 30 {
            weight *= 2
            var old = parts
            (parts, count) = ([], 0)
            for index in old.indices {
                let part = old[index]
                old[index] = []
                for request in part where request.iteration & (weight - 1) == 0 { keep(request) }
            }
        }
    }

    /// The same as in the other arm: `weight` of the one that keeps less.
    func thinned(to weight: UInt32) -> ComparedRequests {
        guard weight > self.weight else { return self }
        var copy = ComparedRequests(most: most)
        copy.weight = weight
        forEach { if $0.iteration & (weight - 1) == 0 { copy.keep($0) } }
        return copy
    }

    @inline(__always)
    func forEach(_ body: (ComparedRequest) -> Void) {
        for part in parts {
            part.withUnsafeBufferPointer { for request in $0 { body(request) } }
        }
    }
}
