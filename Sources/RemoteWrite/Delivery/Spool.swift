// The newest state of every series and whether the receiver has it. Values are cumulative, so keeping one state per
// series loses only resolution in time during an outage, never a count, and the memory is bounded by the number of
// series instead of the length of the outage.

struct Spool {
    struct Slot {
        /// Without its zero, which stands below until the receiver has it.
        var update: SeriesUpdate
        var standing = Standing.pending
        /// The newest timestamp that was ever sent, answered or not.
        var sentTimestamp: Int64?
        var isInFlight = false
        /// When the counter was 0, while the receiver has not been told.
        var zero: Int64?
        /// Of a series that the receiver refuses on its own.
        var quarantine: Quarantine?
    }

    enum Standing { case pending, delivered, refused }

    /// What a push is made of. Zeros go before the states of the same series, in a push of their own: a request with
    /// two samples of one series cannot be repeated, because a receiver that has the second refuses the first.
    enum Content { case zeros, states }

    /// Series that were sent together, with what was sent.
    struct Batch {
        let content: Content
        let slots: [Int]
        let updates: [SeriesUpdate]
    }

    var slots: [Slot] = []
    private var slotOfSeries: [SeriesLabels: Int] = [:]
    private var bytes = 0
    private let maximumSeries: Int
    private let maximumBytes: Int
    private let maximumZeroAge: Int64

    /// States that were replaced by a newer one before they could be delivered.
    private(set) var statesFolded = 0
    /// Most series refused in a single snapshot because the spool was full.
    private(set) var seriesRefused = 0
    var pendingCount = 0
    var refusedCount = 0
    private var zeroCount = 0
    var quarantineCount = 0

    init(_ policy: DeliveryPolicy) {
        maximumSeries = policy.maximumSeries
        maximumBytes = policy.maximumBytes
        maximumZeroAge = Int64(policy.maximumZeroAge.seconds * 1000)
    }

    var seriesCount: Int { slots.count }
    var undeliveredCount: Int { pendingCount + refusedCount }

    /// What the receiver does not have, in the order the series first appeared.
    var undelivered: [SeriesUpdate] {
        slots.filter { $0.standing != .delivered }.map { slot in
            var update = slot.update
            update.zeroMilliseconds = slot.zero
            return update
        }
    }

    mutating func fold(_ snapshot: [SeriesUpdate]) {
        var refused = 0
        for update in snapshot {
            if let position = slotOfSeries[update.labels] {
                fold(update, into: position)
            } else if slots.count < maximumSeries, bytes + update.spooledBytes <= maximumBytes {
                slotOfSeries[update.labels] = slots.count
                slots.append(Slot(update: update))
                slots[slots.count - 1].update.zeroMilliseconds = nil
                if let zero = update.zeroMilliseconds, zero < update.timestampMilliseconds {
                    slots[slots.count - 1].zero = zero
                    zeroCount += 1
                }
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
            // One in quarantine comes out when its time has come.
            if slots[position].quarantine == nil { markPending(position) }
        }
        var timestamp = max(update.timestampMilliseconds, old.timestampMilliseconds)
        if let sent = slots[position].sentTimestamp, timestamp <= sent { timestamp = sent + 1 }
        bytes += update.spooledBytes - old.spooledBytes
        slots[position].update.value = update.value
        slots[position].update.timestampMilliseconds = timestamp
    }

    /// The next pending zeros or else states, at most `limit`; nil if there is none. They stay pending until `settle`
    /// says more. `wallMilliseconds` is the time since 1970.
    mutating func take(limit: Int, wallMilliseconds: Int64) -> Batch? {
        guard pendingCount > 0 else { return nil }
        func pending(_ isWanted: (Slot) -> Bool) -> [Int] {
            var chosen: [Int] = []
            for position in slots.indices where slots[position].standing == .pending && isWanted(slots[position]) {
                if chosen.count == limit { break }
                chosen.append(position)
            }
            return chosen
        }
        if zeroCount > 0 {
            let zeros = pending { $0.zero != nil && $0.quarantine == nil }
            if !zeros.isEmpty { return take(zeros, .zeros, wallMilliseconds: wallMilliseconds) }
        }
        let states = pending { $0.quarantine == nil }
        return states.isEmpty ? nil : take(states, .states, wallMilliseconds: wallMilliseconds)
    }

    /// The zeros or states of these slots, as far as they are still pending.
    mutating func take(_ positions: [Int], _ content: Content, wallMilliseconds: Int64) -> Batch {
        var chosen: [Int] = []
        var updates: [SeriesUpdate] = []
        chosen.reserveCapacity(positions.count)
        updates.reserveCapacity(positions.count)
        for position in positions where slots[position].standing == .pending {
            var update = slots[position].update
            if content == .zeros {
                guard let zero = slots[position].zero else { continue }
                let time = min(max(zero, wallMilliseconds - maximumZeroAge), update.timestampMilliseconds - 1)
                slots[position].zero = time
                update.value = update.value.zero
                update.timestampMilliseconds = time
            } else {
                slots[position].isInFlight = true
            }
            slots[position].sentTimestamp = max(slots[position].sentTimestamp ?? .min, update.timestampMilliseconds)
            chosen.append(position)
            updates.append(update)
        }
        return Batch(content: content, slots: chosen, updates: updates)
    }

    /// Takes note of the answer to `batch`. A state that changed meanwhile stays pending whatever the answer was. Zeros
    /// that were refused wait with their states.
    mutating func settle(_ batch: Batch, _ verdict: PushOutcome.Verdict) {
        for (position, sent) in zip(batch.slots, batch.updates) {
            if batch.content == .zeros {
                switch verdict {
                case .delivered: dropZero(position)
                case .refused: refuse(position)
                case .retry, .unacceptable: break
                }
                continue
            }
            slots[position].isInFlight = false
            let isNewest = slots[position].update == sent
            switch verdict {
            case .delivered where isNewest:
                slots[position].standing = .delivered
                pendingCount -= 1
            case .refused where isNewest: refuse(position)
            case .retry where !isNewest, .unacceptable where !isNewest, .refused: statesFolded += 1
            default: break
            }
        }
    }

    mutating func dropZero(_ position: Int) {
        guard slots[position].zero != nil else { return }
        slots[position].zero = nil
        zeroCount -= 1
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
