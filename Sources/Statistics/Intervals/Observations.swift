// What the statistics read of a run's requests: 24 bytes each, kept while the run goes on, because the window that counts is
// known only at its end. Blocks of fixed size, so that a copy for a look shares all but the last one, and nothing is ever
// moved to grow. Beyond ten million every other one is dropped: what is left is still a fair sample, in 240 MB at most.

/// One request.
package struct Observation: Sendable, Equatable {
    package enum Outcome: UInt32, Sendable { case succeeded, failed, interrupted }

    /// Nanoseconds since the run's start.
    package let scheduled: Int64
    /// End − started, nanoseconds.
    package let latency: Int64
    /// Started − scheduled in microseconds, up to 71 minutes.
    private let lagMicroseconds: UInt32
    /// Tokens and outcome in one, up to a thousand million of the former.
    private let packed: UInt32

    /// Instants in nanoseconds; `tokens` the answer brought.
    package init(scheduled: Int64, started: Int64, ended: Int64, tokens: Int32 = 0, outcome: Outcome = .succeeded) {
        self.scheduled = scheduled
        latency = max(0, ended - started)
        lagMicroseconds = UInt32(clamping: (started - scheduled) / 1000)
        packed = UInt32(min(max(0, tokens), 1 << 30 - 1)) << 2 | outcome.rawValue
    }

    /// Started − scheduled, nanoseconds.
    @inline(__always) package var lag: Int64 { Int64(lagMicroseconds) &* 1000 }
    @inline(__always) package var started: Int64 { scheduled &+ lag }
    @inline(__always) package var ended: Int64 { started &+ latency }
    @inline(__always) package var tokens: Int { Int(packed >> 2) }
    @inline(__always) package var outcome: Outcome { Outcome(rawValue: packed & 3) ?? .failed }
}

/// The requests of a run, in the order of their ends.
package struct Observations: Sendable {
    static let partSize = 4_096

    private let most: Int
    private(set) var parts: [[Observation]] = []
    /// Those that are kept.
    package private(set) var count = 0
    /// How many requests each kept one stands for: 1, 2, 4…
    package private(set) var weight = 1
    private var skipped = 0

    /// - Parameter most: how many are kept.
    package init(most: Int = 10_000_000) { self.most = most }

    @inline(__always)
    package mutating func append(_ observation: Observation) {
        if weight > 1 {
            skipped += 1
            guard skipped == weight else { return }
            skipped = 0
        }
        if count == most { thin() }
        keep(observation)
    }

    @inline(__always)
    private mutating func keep(_ observation: Observation) {
        if count % Self.partSize == 0 {
            var part: [Observation] = []
            part.reserveCapacity(Self.partSize)
            parts.append(part)
        }
        parts[parts.count - 1].append(observation)
        count += 1
    }

    /// Drops every other one. What was read is let go at once, so that nothing is there twice.
    private mutating func thin() {
        var old = parts
        (parts, count) = ([], 0)
        var isKept = true
        for index in old.indices {
            let part = old[index]
            old[index] = []
            for observation in part {
                if isKept { keep(observation) }
                isKept.toggle()
            }
        }
        weight *= 2
    }

    @inline(__always)
    package func forEach(_ body: (Observation) -> Void) {
        for part in parts {
            part.withUnsafeBufferPointer { for observation in $0 { body(observation) } }
        }
    }
}
