// The newest state of every series and whether the receiver has it. Values are cumulative, so keeping one state per
// series loses only resolution in time during an outage, never a count, and the memory is bounded by the number of
// series instead of the length of the outage.

struct Spool {
    private struct Slot {
        var update: SeriesUpdate
        var standing = Standing.pending
        /// The newest timestamp that was ever sent, answered or not.
        var sentTimestamp: Int64?
        var isInFlight = false
    }

    private enum Standing { case pending, delivered, refused }

    /// Series that were sent together, with the states that were sent.
    struct Batch {
        fileprivate let slots: [Int]
        let updates: [SeriesUpdate]
    }

    private var slots: [Slot] = []
    private var slotOfSeries: [SeriesLabels: Int] = [:]
    private var bytes = 0
    private let maximumSeries: Int
    private let maximumBytes: Int

    /// States that were replaced by a newer one before they could be delivered.
    private(set) var statesFolded = 0
    /// Most series refused in a single snapshot because the spool was full.
    private(set) var seriesRefused = 0
    private(set) var pendingCount = 0
    private var refusedCount = 0

    init(_ policy: DeliveryPolicy) {
        maximumSeries = policy.maximumSeries
        maximumBytes = policy.maximumBytes
    }

    var seriesCount: Int { slots.count }
    var undeliveredCount: Int { pendingCount + refusedCount }

    /// What the receiver does not have, in the order the series first appeared.
    var undelivered: [SeriesUpdate] { slots.filter { $0.standing != .delivered }.map(\.update) }

    mutating func fold(_ snapshot: [SeriesUpdate]) {
        var refused = 0
        for update in snapshot {
            if let position = slotOfSeries[update.labels] {
                fold(update, into: position)
            } else if slots.count < maximumSeries, bytes + update.spooledBytes <= maximumBytes {
                slotOfSeries[update.labels] = slots.count
                slots.append(Slot(update: update))
                bytes += update.spooledBytes
                pendingCount += 1
            } else {
                refused += 1
            }
        }
        seriesRefused = max(seriesRefused, refused)
    }

    /// An idle series (no newer sample) is not sent again (k6 §7.2). A changed value within a millisecond that was
    /// already sent moves to the next millisecond: k6 loses it, and Prometheus refuses a whole request in which one
    /// timestamp comes with two values.
    private mutating func fold(_ update: SeriesUpdate, into position: Int) {
        let old = slots[position].update
        guard update.value != old.value || update.timestampMilliseconds > old.timestampMilliseconds else { return }
        switch slots[position].standing {
        case .pending where slots[position].isInFlight: break
        case .pending: statesFolded += 1
        case .delivered: markPending(position)
        case .refused:
            statesFolded += 1
            markPending(position)
        }
        var timestamp = max(update.timestampMilliseconds, old.timestampMilliseconds)
        if let sent = slots[position].sentTimestamp, timestamp <= sent { timestamp = sent + 1 }
        bytes += update.spooledBytes - old.spooledBytes
        slots[position].update.value = update.value
        slots[position].update.timestampMilliseconds = timestamp
    }

    /// The next pending series, at most `limit`; nil if there is none. They stay pending until `settle` says more.
    mutating func take(limit: Int) -> Batch? {
        guard pendingCount > 0 else { return nil }
        var chosen: [Int] = []
        var updates: [SeriesUpdate] = []
        chosen.reserveCapacity(min(limit, pendingCount))
        updates.reserveCapacity(min(limit, pendingCount))
        for position in slots.indices where slots[position].standing == .pending {
            if chosen.count == limit { break }
            chosen.append(position)
            updates.append(slots[position].update)
            slots[position].sentTimestamp = slots[position].update.timestampMilliseconds
            slots[position].isInFlight = true
        }
        return Batch(slots: chosen, updates: updates)
    }

    /// Takes note of the answer to `batch`. A state that changed meanwhile stays pending whatever the answer was.
    mutating func settle(_ batch: Batch, _ verdict: PushOutcome.Verdict) {
        for (position, sent) in zip(batch.slots, batch.updates) {
            slots[position].isInFlight = false
            let isNewest = slots[position].update == sent
            switch verdict {
            case .delivered where isNewest: slots[position].standing = .delivered
            case .refused where isNewest:
                slots[position].standing = .refused
                refusedCount += 1
            case .retry where !isNewest, .refused:
                statesFolded += 1
                continue
            default: continue
            }
            pendingCount -= 1
        }
    }

    /// Gives what the receiver refused one more chance: the reason may have been mended, and it is final values now.
    mutating func retryRefused() {
        for position in slots.indices where slots[position].standing == .refused { markPending(position) }
    }

    private mutating func markPending(_ position: Int) {
        if slots[position].standing == .refused { refusedCount -= 1 }
        slots[position].standing = .pending
        pendingCount += 1
    }

    /// Stale markers for all series the receiver has in their final state, later than anything sent before.
    func staleMarkers(notBefore timestampMilliseconds: Int64) -> [SeriesUpdate] {
        slots.filter { $0.standing == .delivered }.map { slot in
            SeriesUpdate(
                labels: slot.update.labels, value: .staleMarker,
                timestampMilliseconds: max(timestampMilliseconds, (slot.sentTimestamp ?? .min) + 1))
        }
    }
}

extension SeriesUpdate {
    /// Memory that a spooled state takes beyond the fixed size of its slot, roughly.
    fileprivate var spooledBytes: Int {
        switch value {
        case .sample: labels.bytes.count + 16
        case .histogram(let histogram):
            labels.bytes.count + 64 + 16 * (histogram.positive.count + histogram.negative.count)
        }
    }
}
