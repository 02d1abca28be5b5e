// What a user goes through: an iteration begins, its request is answered, it sleeps, it is cut off. Where in this it stands
// its VirtualUserLife knows; here is what follows for the shard.

extension Driver {
    mutating func begin(_ slot: Int, scheduled: Int64, _ actions: some DriverActions) {
        let pauseEnd = shared.pause?.end(at: now)
        // A pause to the end of the run: there is nothing left to wait for.
        if let pauseEnd, pauseEnd >= regularEnd { return retire(slot) }
        running += 1
        let stagger = users[slot].random.duration(below: setting.stagger)
        let iteration = UInt32(truncatingIfNeeded: setting.share.number(shared.live.takeIteration()))
        let action = users[slot].life.begin(
            iteration: iteration, scheduled: scheduled, now: now, stagger: stagger, pause: pauseEnd.map { $0 - now } ?? 0)
        perform(action, of: slot, actions)
    }

    /// The request in `slot` is over at `time`, well or not, with `status` (0 without an answer); `retryAfter` is what a 429 asked
    /// for, nanoseconds, -1 if it did not say.
    mutating func answered(
        _ slot: Int, status: UInt16, retryAfter: Int64, at time: Int64, _ actions: some DriverActions
    ) {
        now = time
        if status == 429 { shared.pause?.tooManyRequests(at: now, retryAfter: retryAfter) }
        let think = users[slot].random.duration(below: setting.thinkTime)
        let action = users[slot].life.answered(now: now, think: think)
        var endsIteration = false
        if case .iterationEnded(recorded: false) = action { endsIteration = true }
        actions.recordAnswer(in: slot, endsIteration: endsIteration, at: now)
        perform(action, of: slot, actions)
    }

    private mutating func perform(_ action: VirtualUserLife.Action, of slot: Int, _ actions: some DriverActions) {
        switch action {
        case .sendRequest(let scheduled): actions.send(iteration(of: slot), scheduled: scheduled)
        case .sleep(let until): deadlines.insert(Deadline(time: until, purpose: .wake, slot: slot))
        case .iterationEnded(let recorded): iterationEnded(slot, recorded: recorded, actions)
        case .cancelRequest, .nothing: break
        }
    }

    private func iteration(of slot: Int) -> UserIteration {
        UserIteration(slot: slot, user: users[slot].number, iteration: users[slot].life.iteration)
    }

    private mutating func iterationEnded(_ slot: Int, recorded: Bool, _ actions: some DriverActions) {
        if recorded { recordEnd(slot, interrupted: false, actions) }
        running -= 1
        if users[slot].planned, now < regularEnd {
            begin(slot, scheduled: now, actions)
        } else {
            retire(slot)
        }
    }

    private func recordEnd(_ slot: Int, interrupted: Bool, _ actions: some DriverActions) {
        actions.recordEnd(of: iteration(of: slot), started: users[slot].life.iterationStart, interrupted: interrupted, at: now)
    }

    mutating func retire(_ slot: Int) {
        if case .arrivals = load {
            idle.append(slot)
            shared.arrivals.userIsIdle(on: setting.shard)
        }
        shared.live.deactivate()
    }

    // MARK: - Sleeps and cuts

    mutating func act(on deadline: Deadline, _ actions: some DriverActions) {
        let slot = deadline.slot
        switch deadline.purpose {
        case .wake:
            shared.live.loopWasLate(by: now - deadline.time)
            if users[slot].life.phase == .staggering, let pauseEnd = shared.pause?.end(at: now) {
                perform(users[slot].life.postpone(until: pauseEnd), of: slot, actions)
            } else {
                perform(users[slot].life.woke(due: deadline.time), of: slot, actions)
            }
        case .cut where users[slot].cutAt == deadline.time && !users[slot].planned:
            cut(slot, actions)
        case .cut:
            break
        }
    }

    mutating func cutEverything(_ actions: some DriverActions) {
        for slot in users.indices where users[slot].life.phase != .idle { cut(slot, actions) }
    }

    private mutating func cut(_ slot: Int, _ actions: some DriverActions) {
        switch users[slot].life.cut() {
        case .cancelRequest: actions.cancelRequest(in: slot, at: now)
        case .iterationEnded: recordEnd(slot, interrupted: true, actions)
        case .nothing, .sendRequest, .sleep: return
        }
        running -= 1
        retire(slot)
    }
}
