// Decides when to push what. A value without clock, socket or randomness of its own: an event and the time go in,
// actions come out, so that outages of minutes are tested in microseconds. One push is under way at most (k6 §7.2).

/// The life of remote write: a push every interval, retries with backoff in between, and a final flush at the end.
struct DeliveryMachine {
    enum Event {
        case submitted([SeriesUpdate])
        /// The time asked for by `.wake` has come; harmless at any other time.
        case woke
        case pushEnded(PushOutcome)
        /// Deliver the final states, waiting up to `drain`. A second one can only shorten the wait.
        case finish(drain: Duration)
    }

    enum Action {
        /// Encode and send; answer with `pushEnded`.
        case push([SeriesUpdate], timeout: Duration)
        /// Send `woke` at this time; replaces an earlier `wake`.
        case wake(at: Duration)
        case notify(DeliveryNotice)
        /// Nothing follows; what could not be delivered comes along.
        case finished(undelivered: [SeriesUpdate])
    }

    private enum Phase: Equatable {
        case running
        case draining(deadline: Duration)
        case marking(deadline: Duration)
        case finished
    }

    private enum Flight {
        case states(Spool.Batch, startedAt: Duration)
        case markers(startedAt: Duration)

        var startedAt: Duration {
            switch self {
            case .states(_, let time), .markers(let time): time
            }
        }
    }

    private struct Pause {
        var until: Duration
        /// Asked for by the receiver with `Retry-After`, not our own backoff.
        var isReceivers: Bool
    }

    private(set) var report = DeliveryReport()
    private let policy: DeliveryPolicy
    private let interval: Duration
    private let wantsStaleMarkers: Bool
    private var spool: Spool
    private var phase = Phase.running
    private var flight: Flight?
    private var nextTick: Duration
    private var pause: Pause?
    private var backoff: Backoff
    private var notices = NoticeFilter()
    private var outageBegan: Duration?
    /// Whether a push began after `finish`; the first one takes place whatever the limit.
    private var finalPushBegan = false

    /// Time 0 is now: the first push is due one interval later.
    init(policy: DeliveryPolicy, interval: Duration, staleMarkers: Bool) {
        self.policy = policy
        self.interval = interval
        wantsStaleMarkers = staleMarkers
        spool = Spool(policy)
        backoff = Backoff(policy)
        nextTick = interval
    }

    /// `now` is the time since the machine was made, `wallMilliseconds` the time since 1970 for stale markers.
    mutating func handle(_ event: Event, now: Duration, wallMilliseconds: Int64) -> [Action] {
        guard phase != .finished else { return [] }
        var actions: [Action] = []
        switch event {
        case .submitted(let snapshot):
            spool.fold(snapshot)
            notices.spool(seriesRefused: spool.seriesRefused).map { actions.append(.notify($0)) }
        case .woke: break
        case .pushEnded(let outcome): pushEnded(outcome, now: now, actions: &actions)
        case .finish(let drain): finish(deadline: now + drain, now: now)
        }
        proceed(now: now, wallMilliseconds: wallMilliseconds, actions: &actions)
        updateReport(now: now)
        return actions
    }
}

// What begins: the next push, the next phase, or waiting.
extension DeliveryMachine {
    private mutating func proceed(now: Duration, wallMilliseconds: Int64, actions: inout [Action]) {
        guard flight == nil else { return }
        switch phase {
        case .running:
            let due = pause?.until ?? nextTick
            if now >= due {
                // A tick missed during a slow push is made up for at once, further ones are not (k6 §7.2).
                nextTick = interval * (Int64((now / interval).rounded(.down)) + 1)
                pushStates(timeout: policy.timeout, now: now, actions: &actions)
            }
            if flight == nil { actions.append(.wake(at: pause?.until ?? nextTick)) }
        case .draining(let deadline):
            if spool.pendingCount == 0 {
                let marks = wantsStaleMarkers && !spool.staleMarkers(notBefore: 0).isEmpty
                guard marks else { return end(&actions) }
                phase = .marking(deadline: deadline)
                return proceed(now: now, wallMilliseconds: wallMilliseconds, actions: &actions)
            }
            if let timeout = finalTimeout(deadline: deadline, now: now, actions: &actions) {
                pushStates(timeout: timeout, now: now, actions: &actions)
            }
        case .marking(let deadline):
            report.staleMarkersDelivered = false
            if let timeout = finalTimeout(deadline: deadline, now: now, actions: &actions) {
                flight = .markers(startedAt: now)
                begin(spool.staleMarkers(notBefore: wallMilliseconds + 1), timeout: timeout, actions: &actions)
            }
        case .finished: break
        }
    }

    /// The time a push may take if one begins now; otherwise nil, and either a wake or the end has been asked for.
    private mutating func finalTimeout(deadline: Duration, now: Duration, actions: inout [Action]) -> Duration? {
        if let until = pause?.until, until > now {
            actions.append(.wake(at: until))
            return nil
        }
        guard finalPushBegan else {
            finalPushBegan = true
            return policy.timeout
        }
        guard now < deadline else {
            end(&actions)
            return nil
        }
        return min(policy.timeout, deadline - now)
    }

    private mutating func pushStates(timeout: Duration, now: Duration, actions: inout [Action]) {
        guard let batch = spool.take(limit: policy.maximumSeriesPerPush) else {
            pause = nil
            return
        }
        flight = .states(batch, startedAt: now)
        begin(batch.updates, timeout: timeout, actions: &actions)
    }

    private mutating func begin(_ updates: [SeriesUpdate], timeout: Duration, actions: inout [Action]) {
        report.pushesAttempted += 1
        if pause != nil { report.retries += 1 }
        pause = nil
        actions.append(.push(updates, timeout: timeout))
    }

    private mutating func end(_ actions: inout [Action]) {
        phase = .finished
        actions.append(.finished(undelivered: spool.undelivered))
    }
}

// What ended: a push, or the run.
extension DeliveryMachine {
    private mutating func pushEnded(_ outcome: PushOutcome, now: Duration, actions: inout [Action]) {
        guard let flight else { return }
        self.flight = nil
        if case .states(let batch, _) = flight { spool.settle(batch, outcome.verdict) }
        switch outcome.verdict {
        case .delivered:
            succeeded(flight, outcome, now: now, actions: &actions)
        case .retry(let reason, let after):
            failed(reason, outcome.message, began: flight.startedAt)
            let own = backoff.next()
            let asked = after.map { min($0, policy.maximumRetryAfter) }
            pause = Pause(until: now + max(own, asked ?? .zero), isReceivers: asked != nil)
            let isGivenUp = !fitPause(now: now)
            notices.failing(reason, outcome.message, retryIn: (pause?.until ?? now) - now)
                .map { actions.append(.notify($0)) }
            if isGivenUp { end(&actions) }
        case .refused(let reason):
            failed(reason, outcome.message, began: flight.startedAt)
            notices.refused(reason, outcome.message).map { actions.append(.notify($0)) }
            if case .markers = flight { end(&actions) }
        }
    }

    private mutating func succeeded(
        _ flight: Flight, _ outcome: PushOutcome, now: Duration, actions: inout [Action]
    ) {
        report.pushesSucceeded += 1
        report.compressedBytesSent += outcome.compressedBytes
        report.uncompressedBytesSent += outcome.uncompressedBytes
        backoff.reset()
        if let began = outageBegan {
            updateReport(now: now)
            outageBegan = nil
            actions.append(.notify(.recovered(after: now - began)))
            notices.recovered()
        }
        switch flight {
        case .states(let batch, _):
            report.samplesSent += batch.updates.count
            // A batch that was cut at the limit is followed by the rest without waiting for the tick.
            if batch.updates.count == policy.maximumSeriesPerPush { nextTick = now }
        case .markers:
            report.staleMarkersDelivered = true
            end(&actions)
        }
    }

    private mutating func failed(_ reason: PushFailure, _ message: String, began: Duration) {
        report.pushesFailed[reason.rawValue, default: 0] += 1
        report.lastError = message
        outageBegan = outageBegan ?? began
    }

    private mutating func finish(deadline: Duration, now: Duration) {
        switch phase {
        case .running:
            spool.retryRefused()
            phase = .draining(deadline: deadline)
            // The final push does not wait for a tick or a pause of ours; only for one the receiver asked for.
            if pause?.isReceivers == false { pause?.until = now }
        case .draining(let old): phase = .draining(deadline: min(old, deadline))
        case .marking(let old): phase = .marking(deadline: min(old, deadline))
        case .finished: break
        }
        if !fitPause(now: now) { pause?.until = now }
    }

    /// Moves a pause that ends too late for the drain limit so that a last attempt of a second (or the timeout, if
    /// shorter) still fits; false if none does.
    private mutating func fitPause(now: Duration) -> Bool {
        guard let until = pause?.until else { return true }
        let deadline: Duration
        switch phase {
        case .draining(let limit), .marking(let limit): deadline = limit
        case .running, .finished: return true
        }
        let last = deadline - min(policy.timeout, .seconds(1))
        if until <= last { return true }
        guard last > now else { return false }
        pause?.until = last
        return true
    }

    private mutating func updateReport(now: Duration) {
        report.series = spool.seriesCount
        report.seriesRefused = spool.seriesRefused
        report.seriesUndelivered = spool.undeliveredCount
        report.statesFolded = spool.statesFolded
        if let outageBegan {
            report.longestOutageSeconds = max(report.longestOutageSeconds, (now - outageBegan).seconds)
        }
    }
}
