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
        /// The push under way ends at this time if not before.
        case cut(at: Duration)
        /// Send `woke` at this time; replaces an earlier `wake`.
        case wake(at: Duration)
        case notify(DeliveryNotice)
        /// Nothing follows; what could not be delivered comes along.
        case finished(undelivered: [SeriesUpdate])
    }

    enum Phase: Equatable {
        case running
        case draining(deadline: Duration)
        case marking(deadline: Duration)
        case finished
    }

    struct Flight {
        /// Nil for stale markers.
        let batch: Spool.Batch?
        let startedAt: Duration
        let timeout: Duration
    }

    struct Pause {
        var until: Duration
        /// Asked for by the receiver with `Retry-After`, not our own backoff.
        var isReceivers: Bool
    }

    var report = DeliveryReport()
    let policy: DeliveryPolicy
    let interval: Duration
    let wantsStaleMarkers: Bool
    var spool: Spool
    var phase = Phase.running
    var flight: Flight?
    var nextTick: Duration
    var pause: Pause?
    var backoff: Backoff
    var timeLimit: PushTimeLimit
    var notices = NoticeFilter()
    var outageBegan: Duration?
    /// When the first push after `finish` began; it takes place whatever the limit.
    var finalPushBegan: Duration?

    /// Series in one request at most: the policy's number, or half of what was too large.
    var seriesPerPush: Int
    /// Whether nothing was delivered since that number was halved.
    var isShrinking = false
    var isolation: Isolation?
    /// A search found nothing that the receiver wants; there is no other until it has taken something, or the end.
    var refusesEverything = false
    /// The ticks in which a search was last given its budget, and a series in quarantine its chance.
    var searchTick: Int64 = -1
    var probeTick: Int64 = -1
    var hasTriedQuarantine = false

    /// Time 0 is now: the first push is due one interval later.
    init(policy: DeliveryPolicy, interval: Duration, staleMarkers: Bool) {
        self.policy = policy
        self.interval = interval
        wantsStaleMarkers = staleMarkers
        spool = Spool(policy)
        backoff = Backoff(policy)
        timeLimit = PushTimeLimit(policy)
        seriesPerPush = policy.maximumSeriesPerPush
        nextTick = interval
    }

    /// `now` is the time since the machine was made, `wallMilliseconds` the time since 1970 for stale markers and zeros.
    mutating func handle(_ event: Event, now: Duration, wallMilliseconds: Int64) -> [Action] {
        guard phase != .finished else { return [] }
        var actions: [Action] = []
        switch event {
        case .submitted(let snapshot):
            spool.fold(snapshot)
            notices.spool(seriesRefused: spool.seriesRefused).map { actions.append(.notify($0)) }
        case .woke: break
        case .pushEnded(let outcome): pushEnded(outcome, now: now, actions: &actions)
        case .finish(let drain): finish(deadline: now + drain, now: now, actions: &actions)
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
                pushNext(timeout: timeLimit.current, now: now, wallMilliseconds: wallMilliseconds, actions: &actions)
            }
            if flight == nil { actions.append(.wake(at: pause?.until ?? nextTick)) }
        case .draining(let deadline):
            guard let timeout = finalTimeout(deadline: deadline, now: now, actions: &actions) else { return }
            pushNext(timeout: timeout, now: now, wallMilliseconds: wallMilliseconds, actions: &actions)
            guard flight == nil else { return }
            let marks = wantsStaleMarkers && !spool.staleMarkers(notBefore: 0).isEmpty
            guard marks else { return end(&actions) }
            phase = .marking(deadline: deadline)
            proceed(now: now, wallMilliseconds: wallMilliseconds, actions: &actions)
        case .marking(let deadline):
            report.staleMarkersDelivered = false
            if let timeout = finalTimeout(deadline: deadline, now: now, actions: &actions) {
                begin(nil, spool.staleMarkers(notBefore: wallMilliseconds + 1), timeout, now: now, actions: &actions)
            }
        case .finished: break
        }
    }

    /// The time a push may take if one begins now; otherwise nil, and either a wake or the end has been asked for. All
    /// pushes together end at the deadline, or one ordinary time limit after the first of them began.
    private mutating func finalTimeout(deadline: Duration, now: Duration, actions: inout [Action]) -> Duration? {
        if let until = pause?.until, until > now {
            actions.append(.wake(at: until))
            return nil
        }
        let last = max(deadline, (finalPushBegan ?? now) + policy.timeout)
        guard now < last else {
            end(&actions)
            return nil
        }
        return min(timeLimit.current, last - now)
    }

    /// Pushes, in this order: what is left of a search, what is pending, a series of the quarantine. Nothing if there is
    /// none.
    private mutating func pushNext(
        timeout: Duration, now: Duration, wallMilliseconds: Int64, actions: inout [Action]
    ) {
        let tick = Int64((now / interval).rounded(.down))
        let isRunning = phase == .running
        if tick != searchTick, isRunning { isolation?.renew() }
        searchTick = tick
        while let piece = nextPiece(now: now, actions: &actions) {
            let batch = spool.take(piece.slots, piece.content, wallMilliseconds: wallMilliseconds)
            guard batch.slots.isEmpty else {
                return begin(batch, batch.updates, timeout, now: now, actions: &actions)
            }
            isolation?.skip()
        }
        if isolation != nil {
            pause = nil
            return
        }
        if let batch = spool.take(limit: seriesPerPush, wallMilliseconds: wallMilliseconds) {
            return begin(batch, batch.updates, timeout, now: now, actions: &actions)
        }
        var alone: [Int] = []
        if isRunning {
            alone = spool.takeProbe(now: now, onlyUntried: tick == probeTick).map { [$0] } ?? []
            probeTick = tick
        } else if !hasTriedQuarantine {
            hasTriedQuarantine = true
            alone = spool.takeQuarantine()
        }
        guard !alone.isEmpty else {
            pause = nil
            return
        }
        let batch = spool.take(alone, .states, wallMilliseconds: wallMilliseconds)
        begin(batch, batch.updates, timeout, now: now, actions: &actions)
    }

    private mutating func begin(
        _ batch: Spool.Batch?, _ updates: [SeriesUpdate], _ timeout: Duration, now: Duration, actions: inout [Action]
    ) {
        report.pushesAttempted += 1
        if pause != nil { report.retries += 1 }
        pause = nil
        if phase != .running { finalPushBegan = finalPushBegan ?? now }
        flight = Flight(batch: batch, startedAt: now, timeout: timeout)
        actions.append(.push(updates, timeout: timeout))
    }

    mutating func end(_ actions: inout [Action]) {
        phase = .finished
        actions.append(.finished(undelivered: spool.undelivered))
    }
}
