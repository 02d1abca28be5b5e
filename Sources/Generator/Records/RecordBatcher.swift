// Carries records from a shard to the one consumer thread in batches. A batch is an array that changes hands, so no
// memory is shared: one allocation and one queue hop per 512 records, and the shard never waits.

/// Collects the records of one lane on one shard. Not Sendable: it belongs to its shard.
struct RecordBatcher {
    /// 512 records, 70 kB: at 70,000 requests/s a hand-over every 7 ms.
    static let batchSize = 512
    /// At low rates a batch is handed over after this, so that progress is live.
    static let maximumAge: Int64 = 100_000_000
    /// A consumer this far behind (540 MB) loses records, counted, rather than the machine its memory.
    static let backlogLimit = 4_000_000

    private var records: [RunRecord] = []
    private var tally: StreamTally
    private(set) var flushAt = Int64.max
    private let thread: SerialThread
    private let live: LiveCounters
    private let consume: @Sendable (RunBatch) -> Void

    init(thread: SerialThread, live: LiveCounters, arm: UInt16 = 0, consume: @escaping @Sendable (RunBatch) -> Void) {
        tally = StreamTally(arm: arm)
        self.thread = thread
        self.live = live
        self.consume = consume
    }

    mutating func append(_ record: RunRecord, now: Int64) {
        if records.isEmpty {
            records.reserveCapacity(Self.batchSize)
            flushAt = now + Self.maximumAge
        }
        records.append(record)
        if records.count >= Self.batchSize { flush() }
    }

    /// Counts what came when in the succeeded stream of `record`.
    mutating func count(_ times: TokenTimes, of record: RunRecord, started: Int64, now: Int64) {
        tally.add(times, label: record.label, started: started, now: now)
    }

    /// When something should be handed over at the latest.
    var dueAt: Int64 { min(flushAt, tally.dueAt) }

    /// Hands over what is old enough.
    mutating func flushDue(at now: Int64) {
        if flushAt <= now { flush() }
        if tally.dueAt <= now { flushCounts() }
    }

    mutating func flushCounts() {
        guard tally.dueAt < .max else { return }
        let counts = tally.take()
        thread.async { [consume] in consume(.counts(counts)) }
    }

    mutating func flush() {
        guard !records.isEmpty else { return }
        flushAt = .max
        let batch = records
        records = []
        guard live.recordsProduced(batch.count) <= Self.backlogLimit else {
            live.recordsConsumed(batch.count)
            live.recordsDiscarded(batch.count)
            return
        }
        thread.async { [live, consume] in
            consume(.records(batch))
            live.recordsConsumed(batch.count)
        }
    }
}
