// Dropped arrivals on their way into records. A rate that nobody can keep drops millions of arrivals a second, and a
// record for each wrote 1.7 GB in a minute: so the first of a second have a record each, the rest are counted in few.

/// Makes records of the dropped arrivals of one lane on one shard. A value that belongs to its shard.
struct DroppedArrivals {
    /// Drops of one second that have records of their own: 136 kB a second and shard.
    static let individual = 1_000
    /// The others get into a record no later than this, so that progress is live.
    private static let maximumAge: Int64 = 100_000_000

    private let shard: UInt8
    private let arm: UInt16
    private var second = Int64.min
    private var written = 0
    private var pending: RunRecord?

    init(shard: Int, arm: UInt16 = 0) {
        self.shard = UInt8(truncatingIfNeeded: shard)
        self.arm = arm
    }

    /// `count` arrivals of one second, the last of them due at `due`, are dropped at `now`.
    mutating func drop(_ count: Int, due: Int64, flags: RecordFlags, now: Int64, into records: inout RecordBatcher) {
        if due / 1_000_000_000 != second {
            flush(into: &records, now: now)
            second = due / 1_000_000_000
            written = 0
        }
        if count == 1, written < Self.individual {
            written += 1
            return records.append(record(count: 1, due: due, flags: flags, now: now), now: now)
        }
        var rest = count
        while rest > 0 {
            // A record's place for the number has 32 bits.
            let part = min(rest, 1 << 31)
            rest -= part
            add(part, due: due, flags: flags, now: now, into: &records)
        }
    }

    /// Writes what has been counted and not written, if that was long ago.
    mutating func flushIfDue(into records: inout RecordBatcher, now: Int64) {
        if let pending, now - pending.started >= Self.maximumAge { flush(into: &records, now: now) }
    }

    mutating func flush(into records: inout RecordBatcher, now: Int64) {
        guard let record = pending else { return }
        pending = nil
        records.append(record, now: now)
    }

    private mutating func add(
        _ count: Int, due: Int64, flags: RecordFlags, now: Int64, into records: inout RecordBatcher
    ) {
        if let known = pending,
            known.flags != flags || known.droppedArrivals + UInt64(count) > UInt64(UInt32.max)
                || now - known.started >= Self.maximumAge
        {
            flush(into: &records, now: now)
        }
        guard var record = pending else {
            pending = record(count: count, due: due, flags: flags, now: now)
            return
        }
        record.iteration += UInt32(count)
        record.scheduled = due
        record.end = now
        pending = record
    }

    private func record(count: Int, due: Int64, flags: RecordFlags, now: Int64) -> RunRecord {
        RunRecord(dropped: count, due: due, at: now, shard: shard, arm: arm, flags: flags)
    }
}
