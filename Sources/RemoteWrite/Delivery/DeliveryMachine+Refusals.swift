// What the delivery machine does when a receiver does not want something in a request: find out what it is and deliver
// the rest. Under the old rule one series of 7,887 took all others with it.

extension DeliveryMachine {
    /// At most so many rejected series are named in the report.
    private static let namedSeries = 10

    mutating func unacceptable(
        _ batch: Spool.Batch, _ reason: PushFailure, _ flight: Flight, now: Duration, actions: inout [Action]
    ) {
        let message = report.lastError ?? ""
        if isolation != nil {
            spool.settle(batch, .unacceptable(reason))
            isolation?.refused()
            nextTick = now
        } else if isProbe(batch) {
            // Each time twice as long until the next.
            let refusals = (spool.slots[batch.slots[0]].quarantine?.refusals ?? 0) + 1
            spool.settle(batch, .unacceptable(reason))
            reject(batch.slots, refusals: refusals, now: now, actions: &actions)
            nextTick = now
        } else if batch.slots.count > 1, !refusesEverything {
            spool.settle(batch, .unacceptable(reason))
            if reason == .tooLarge {
                // Not a matter of which series, so later pushes are smaller from the start.
                seriesPerPush = batch.slots.count / 2
                isShrinking = true
            } else {
                isolation = Isolation(batch.slots, batch.content)
            }
            nextTick = now
        } else {
            spool.settle(batch, .refused(reason))
            if isShrinking {
                // One alone is too much, and nothing was taken since: the size is not the matter.
                seriesPerPush = policy.maximumSeriesPerPush
                isShrinking = false
                refusesEverything = true
                for slot in spool.slots.indices { spool.refuse(slot) }
            } else if reason == .tooLarge, seriesPerPush < policy.maximumSeriesPerPush {
                reject(batch.slots, refusals: 1, now: now, actions: &actions)
                nextTick = now
                return
            }
            refused(flight, reason, message, actions: &actions)
        }
    }

    /// What to try next in a search; nil if there is none, or none before the next tick. A search that has come to its
    /// end is evaluated.
    mutating func nextPiece(now: Duration, actions: inout [Action]) -> (slots: [Int], content: Spool.Content)? {
        guard let isolation else { return nil }
        if isolation.isHopeless {
            // Everything is refused; nobody is singled out.
            for slot in isolation.rest + isolation.alone {
                isolation.content == .states ? spool.refuse(slot) : spool.dropZero(slot)
            }
            self.isolation = nil
            guard isolation.content == .states else { return nil }
            refusesEverything = true
            outageBegan = outageBegan ?? now
            notices.refused(.rejected, report.lastError ?? "").map { actions.append(.notify($0)) }
        } else if let next = isolation.next {
            if isolation.refusals < policy.maximumRefusals { return (next, isolation.content) }
            guard phase != .running else { return nil }
            // No time is left to find out more.
            for slot in isolation.rest { isolation.content == .states ? spool.refuse(slot) : spool.dropZero(slot) }
            conclude(isolation, now: now, actions: &actions)
        } else {
            conclude(isolation, now: now, actions: &actions)
        }
        return nil
    }

    private mutating func conclude(_ isolation: Isolation, now: Duration, actions: inout [Action]) {
        self.isolation = nil
        // A series whose zero is refused may have a state that is not.
        reject(isolation.alone, refusals: isolation.content == .states ? 1 : 0, now: now, actions: &actions)
    }

    private mutating func reject(_ slots: [Int], refusals: Int, now: Duration, actions: inout [Action]) {
        guard !slots.isEmpty else { return }
        let pause = interval * Int64(1 << min(refusals, 5))
        for slot in slots { spool.quarantine(slot, refusals: refusals, until: refusals == 0 ? now : now + pause) }
        reportRejected()
        guard refusals == 1 else { return }
        notices.rejected(series: slots.count, example: spool.slots[slots[0]].update.labels.shown, report.lastError ?? "")
            .map { actions.append(.notify($0)) }
    }

    mutating func reportRejected() {
        let rejected = spool.rejected
        report.seriesRejected = rejected.count
        report.rejectedSeries = rejected.prefix(Self.namedSeries).map { spool.slots[$0].update.labels.shown }
    }
}
