// What the delivery machine makes of what ended: a push, or the run.

extension DeliveryMachine {
    mutating func pushEnded(_ outcome: PushOutcome, now: Duration, actions: inout [Action]) {
        guard let flight else { return }
        self.flight = nil
        let time = now - flight.startedAt
        switch outcome.verdict {
        case .delivered:
            timeLimit.answered(after: time)
            flight.batch.map { spool.settle($0, outcome.verdict) }
            succeeded(flight, outcome, now: now, actions: &actions)
        case .retry(let reason, let after):
            if reason == .timeout, time >= flight.timeout { timeLimit.timedOut(after: flight.timeout) }
            if let batch = flight.batch {
                spool.settle(batch, outcome.verdict)
                if isolation == nil, isProbe(batch) { spool.refuse(batch.slots[0]) }
            }
            failed(reason, outcome.message)
            outageBegan = outageBegan ?? flight.startedAt
            let own = backoff.next()
            let asked = after.map { min($0, policy.maximumRetryAfter) }
            pause = Pause(until: now + max(own, asked ?? .zero), isReceivers: asked != nil)
            let isGivenUp = !fitPause(now: now)
            notices.failing(reason, outcome.message, retryIn: (pause?.until ?? now) - now)
                .map { actions.append(.notify($0)) }
            if isGivenUp { end(&actions) }
        case .unacceptable(let reason):
            timeLimit.answered(after: time)
            failed(reason, outcome.message)
            guard let batch = flight.batch else { return refused(flight, reason, outcome.message, actions: &actions) }
            unacceptable(batch, reason, flight, now: now, actions: &actions)
        case .refused(let reason):
            timeLimit.answered(after: time)
            failed(reason, outcome.message)
            if let isolation { for slot in isolation.rest + isolation.alone { spool.refuse(slot) } }
            isolation = nil
            flight.batch.map { spool.settle($0, outcome.verdict) }
            refused(flight, reason, outcome.message, actions: &actions)
        }
    }

    private mutating func succeeded(
        _ flight: Flight, _ outcome: PushOutcome, now: Duration, actions: inout [Action]
    ) {
        report.pushesSucceeded += 1
        report.compressedBytesSent += outcome.compressedBytes
        report.uncompressedBytesSent += outcome.uncompressedBytes
        backoff.reset()
        refusesEverything = false
        isShrinking = false
        if let began = outageBegan {
            updateReport(now: now)
            outageBegan = nil
            actions.append(.notify(.recovered(after: now - began)))
            notices.recovered()
        }
        guard let batch = flight.batch else {
            report.staleMarkersDelivered = true
            return end(&actions)
        }
        report.samplesSent += batch.updates.count
        // What goes with this push follows without waiting for the tick: the states after their zeros, the rest of a
        // batch that was cut at the limit, of a search, of the quarantine.
        let isFollowed =
            batch.content == .zeros || batch.updates.count >= seriesPerPush || isolation != nil
            || spool.quarantineCount > 0
        if isFollowed { nextTick = now }
        isolation?.delivered()
        if batch.slots.contains(where: { spool.slots[$0].quarantine != nil }) {
            for slot in batch.slots { spool.release(slot) }
            reportRejected()
        }
    }

    func isProbe(_ batch: Spool.Batch) -> Bool {
        batch.slots.count == 1 && spool.slots[batch.slots[0]].quarantine != nil
    }

    /// The states of `flight` are settled; what was refused is not sent again for now.
    mutating func refused(_ flight: Flight, _ reason: PushFailure, _ message: String, actions: inout [Action]) {
        outageBegan = outageBegan ?? flight.startedAt
        notices.refused(reason, message).map { actions.append(.notify($0)) }
        if flight.batch == nil { end(&actions) }
    }

    private mutating func failed(_ reason: PushFailure, _ message: String) {
        report.pushesFailed[reason.rawValue, default: 0] += 1
        report.lastError = message
    }

    mutating func finish(deadline: Duration, now: Duration, actions: inout [Action]) {
        switch phase {
        case .running:
            spool.retryRefused()
            refusesEverything = false
            isolation?.renew()
            phase = .draining(deadline: deadline)
            // The final push does not wait for a tick or a pause of ours; only for one the receiver asked for.
            if pause?.isReceivers == false { pause?.until = now }
        case .draining(let old): phase = .draining(deadline: min(old, deadline))
        case .marking(let old): phase = .marking(deadline: min(old, deadline))
        case .finished: break
        }
        if !fitPause(now: now) { pause?.until = now }
        // A limit that has grown must not hold up the end: what is under way has the drain, and one ordinary limit.
        if let flight {
            let last = max(min(deadline, self.deadline ?? deadline), flight.startedAt + policy.timeout)
            if last < flight.startedAt + flight.timeout { actions.append(.cut(at: last)) }
        }
    }

    private var deadline: Duration? {
        switch phase {
        case .draining(let limit), .marking(let limit): limit
        case .running, .finished: nil
        }
    }

    /// Moves a pause that ends too late for the drain limit so that a last attempt of a second (or the timeout, if
    /// shorter) still fits; false if none does.
    private mutating func fitPause(now: Duration) -> Bool {
        guard let until = pause?.until, let deadline else { return true }
        let last = deadline - min(policy.timeout, .seconds(1))
        if until <= last { return true }
        guard last > now else { return false }
        pause?.until = last
        return true
    }

    mutating func updateReport(now: Duration) {
        report.series = spool.seriesCount
        report.seriesRefused = spool.seriesRefused
        report.seriesUndelivered = spool.undeliveredCount
        report.statesFolded = spool.statesFolded
        if let outageBegan {
            report.longestOutageSeconds = max(report.longestOutageSeconds, (now - outageBegan).seconds)
        }
    }
}
