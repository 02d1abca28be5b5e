// What a shard does with its users: start the iterations that are due, read answers, sleep think times, cut off what
// the plan no longer wants. The decisions are the pure types' (schedules, VirtualUserLife); this executes them.

import CLibcurl

extension Shard {
    /// Everything the plan and the clock want by now, in that order: cuts last, so that an answer that arrived in
    /// time counts.
    func runDue() {
        switch load {
        case .arrivals:
            startDueArrivals()
            dropped.flushIfDue(into: &records, now: now)
        case .users: applyDueSteps()
        }
        while let next = deadlines.min, next.time <= now {
            deadlines.removeMin()
            act(on: next)
        }
        if now >= hardEnd { cutEverything() }
    }

    /// Nothing is running and nothing will start, here or by way of another shard.
    var isOver: Bool {
        guard now >= regularEnd, running == 0 else { return false }
        guard case .arrivals = load else { return true }
        return exchange.isClosed(for: index)
    }

    // MARK: - Open loop

    /// What became of an arrival.
    private enum Arrived { case started, dropped(RecordFlags) }

    /// Overdue arrivals that are taken one by one; more are dropped by arithmetic, once one of them has to be. A loop
    /// drops some 5 million a second.
    private static let mostOverdue = 10_000

    private func startDueArrivals() {
        guard case .arrivals(var cursor, let maxVUs) = load, !hasEndedArrivals else { return }
        if !isStopped {
            startArrivals(of: &cursor, maxVUs: maxVUs)
            if now >= hardEnd { dropOverdue(of: &cursor, flags: []) }
            load = .arrivals(cursor, maxVUs: maxVUs)
        }
        if isStopped || cursor.due == .max {
            hasEndedArrivals = true
            exchange.hasNoMoreArrivals()
        }
    }

    private func startArrivals(of cursor: inout ArrivalCursor, maxVUs: Int) {
        // Overdue arrivals go out back to back, but answers get their turn after each 128.
        for _ in 0..<128 {
            guard cursor.due <= now, now < hardEnd else { return }
            let due = cursor.due
            context.live.loopWasLate(by: now - due)
            let outcome = arrive(due: due, maxVUs: maxVUs)
            cursor.advance()
            now = context.clock.now
            if case .dropped(let flags) = outcome, cursor.overdue(by: now, isMoreThan: Self.mostOverdue) {
                return dropOverdue(of: &cursor, flags: flags)
            }
        }
    }

    /// One arrival: an idle user takes it, or a new one, or one of another shard; with `maxVUs` in an iteration it is
    /// dropped (k6 §4.5, but a user costs so little here that nothing is dropped while one is being built).
    private func arrive(due: Int64, maxVUs: Int) -> Arrived {
        if context.pause?.end(at: now) != nil { return drop(due: due, flags: .paused) }
        guard context.live.activate(limit: maxVUs) else { return drop(due: due, flags: []) }
        // With a slot there is a user for it, on some shard. The search may miss one that becomes idle behind it.
        for _ in 0..<1_000 {
            if exchange.takeUser(on: index), let user = idle.popLast() {
                begin(user, scheduled: due)
                return .started
            }
            if context.live.createUser(limit: maxVUs) {
                guard let user = newUser() else { break }
                begin(user, scheduled: due)
                return .started
            }
            if exchange.pass(due: due, from: index) { return .started }
        }
        context.live.deactivate()
        return drop(due: due, flags: [])
    }

    /// Arrivals of other shards that had no user for them.
    func startPassedArrivals() {
        for due in exchange.passedArrivals(to: index) {
            // A stop ends the arrivals that have not been started.
            guard let user = idle.popLast() else { continue }
            if isStopped {
                retire(user)
            } else if context.pause?.end(at: now) != nil {
                _ = drop(due: due, flags: .paused)
                retire(user)
            } else {
                begin(user, scheduled: due)
            }
        }
    }

    private func drop(due: Int64, flags: RecordFlags) -> Arrived {
        context.live.arrivalsDropped(1)
        dropped.drop(1, due: due, flags: flags, now: now, into: &records)
        return .dropped(flags)
    }

    /// Drops everything that is due by now, in as many steps as there are seconds in it.
    private func dropOverdue(of cursor: inout ArrivalCursor, flags: RecordFlags) {
        while cursor.due <= now {
            let endOfSecond = (cursor.due / 1_000_000_000 + 1) * 1_000_000_000 - 1
            let count = cursor.overdue(by: min(now, endOfSecond))
            context.live.arrivalsDropped(count)
            cursor.skip(count - 1)
            dropped.drop(count, due: cursor.due, flags: flags, now: now, into: &records)
            cursor.advance()
        }
    }

    private func newUser() -> VirtualUser? {
        // Out of memory for a handle is the only way this fails; the arrival then counts as dropped.
        guard let user = try? makeUser(number: context.share.number(context.live.takeUserNumber())) else {
            context.live.userNotCreated()
            return nil
        }
        return user
    }

    // MARK: - Closed loop

    private func applyDueSteps() {
        guard case .users(var cursor, let rampDown) = load else { return }
        while cursor.due <= now {
            let due = cursor.due
            let share = cursor.advance()
            setPlannedUsers(
                isStopped || due >= regularEnd ? 0 : share, due: due, rampDown: cursor.isUnaskedEnd ? .max : rampDown)
        }
        load = .users(cursor, gracefulRampDown: rampDown)
    }

    /// Users are a stack (k6 §4.2): the lowest numbers run, the highest stop first.
    private func setPlannedUsers(_ wanted: Int, due: Int64, rampDown: Int64) {
        while users.count < wanted {
            // Numbered as the plan counts them, so that user n is user n whatever the shards.
            guard (try? makeUser(number: context.share.number(index + users.count * context.shards))) != nil else { break }
        }
        let before = plannedUsers
        plannedUsers = min(wanted, users.count)
        for user in users[min(before, plannedUsers)..<max(before, plannedUsers)] {
            user.planned = plannedUsers > before
            if user.planned {
                user.cutAt = .max
                if user.life.phase == .idle {
                    context.live.activate()
                    begin(user, scheduled: due)
                }
            } else if user.life.phase != .idle, rampDown < hardEnd - due {
                user.cutAt = due + max(0, rampDown)
                deadlines.insert(Deadline(time: user.cutAt, purpose: .cut, user: user))
            }
        }
    }

    // MARK: - One iteration

    private func begin(_ user: VirtualUser, scheduled: Int64) {
        let pauseEnd = context.pause?.end(at: now)
        // A pause to the end of the run: there is nothing left to wait for.
        if let pauseEnd, pauseEnd >= regularEnd { return retire(user) }
        running += 1
        let stagger =
            context.plan.initialStagger ? user.random.duration(below: context.plan.thinkTime.nanoseconds) : 0
        perform(
            user.life.begin(
                iteration: nextIteration(), scheduled: scheduled, now: now, stagger: stagger,
                pause: pauseEnd.map { $0 - now } ?? 0),
            of: user)
    }

    private func nextIteration() -> UInt32 {
        UInt32(truncatingIfNeeded: context.share.number(context.live.takeIteration()))
    }

    private func perform(_ action: VirtualUserLife.Action, of user: VirtualUser) {
        switch action {
        case .sendRequest(let scheduled): send(user, scheduled: scheduled)
        case .sleep(let until): deadlines.insert(Deadline(time: until, purpose: .wake, user: user))
        case .iterationEnded(let recorded): iterationEnded(user, recorded: recorded, interrupted: false)
        case .cancelRequest: cancelRequest(of: user)
        case .nothing: break
        }
    }

    private func send(_ user: VirtualUser, scheduled: Int64) {
        let prompt = context.order.prompt(forIteration: Int(user.life.iteration))
        let started = context.clock.now
        user.record = RunRecord(
            iteration: user.life.iteration, of: user.number, scheduled: scheduled, started: started, prompt: prompt,
            label: context.corpus.labelIndex(at: prompt), shard: index)
        context.live.requestStarted()
        user.exchange.send(context.corpus.body(at: prompt), at: started)
        launch(user.exchange)
    }

    /// libcurl is done with the user's exchange.
    func completed(_ user: VirtualUser, result: CURLcode) {
        let exchange = user.exchange
        if result != CURLE_OK, exchange.sendAgain(after: result, now: context.clock.now) { return launch(exchange) }
        let (figures, isComplete) = exchange.finish(result: result)
        user.record.fill(figures)
        now = context.clock.now
        if isComplete, user.record.hop < Redirect.limit, let redirect = exchange.redirect(of: figures.status) {
            return follow(redirect, of: user)
        }
        if isComplete {
            let asked = context.corpus.tokensAsked(at: Int(user.record.prompt))
            user.record.fill(exchange.readAnswer(), tokensAsked: asked)
        } else {
            exchange.discardAnswer()
        }
        context.live.requestEnded()
        if figures.status == 429 {
            context.pause?.tooManyRequests(at: now, retryAfterSeconds: figures.retryAfterSeconds)
        }

        let think = user.random.duration(below: context.plan.thinkTime.nanoseconds)
        let action = user.life.answered(now: now, think: think)
        user.record.finish(endsIteration: action == .iterationEnded(recorded: false))
        records.append(user.record, now: now)
        perform(action, of: user)
    }

    private func follow(_ redirect: Redirect, of user: VirtualUser) {
        user.exchange.discardAnswer()
        records.append(user.record, now: now)
        let started = context.clock.now
        user.record = RunRecord(
            following: user.record, to: context.answers.texts.index(of: redirect.url), keepsBody: redirect.keepsBody,
            started: started)
        user.exchange.follow(redirect, at: started)
        launch(user.exchange)
    }

    private func iterationEnded(_ user: VirtualUser, recorded: Bool, interrupted: Bool) {
        if recorded { recordIterationEnd(user, interrupted: interrupted) }
        running -= 1
        if user.planned, now < regularEnd {
            begin(user, scheduled: now)
        } else {
            retire(user)
        }
    }

    private func recordIterationEnd(_ user: VirtualUser, interrupted: Bool) {
        let record = RunRecord(
            iterationEnd: user.life.iteration, of: user.number, started: user.life.iterationStart, end: now, shard: index,
            interrupted: interrupted)
        records.append(record, now: now)
    }

    private func retire(_ user: VirtualUser) {
        if case .arrivals = load {
            idle.append(user)
            exchange.userIsIdle(on: index)
        }
        context.live.deactivate()
    }

    // MARK: - Sleeps and cuts

    private func act(on deadline: Deadline) {
        let user = deadline.user
        switch deadline.purpose {
        case .wake:
            context.live.loopWasLate(by: now - deadline.time)
            if user.life.phase == .staggering, let pauseEnd = context.pause?.end(at: now) {
                perform(user.life.postpone(until: pauseEnd), of: user)
            } else {
                perform(user.life.woke(due: deadline.time), of: user)
            }
        case .cut where user.cutAt == deadline.time && !user.planned:
            cut(user)
        case .cut:
            break
        }
    }

    private func cutEverything() {
        for user in users where user.life.phase != .idle { cut(user) }
    }

    private func cut(_ user: VirtualUser) {
        switch user.life.cut() {
        case .cancelRequest:
            cancelRequest(of: user)
        case .iterationEnded:
            recordIterationEnd(user, interrupted: true)
            running -= 1
            retire(user)
        case .nothing, .sendRequest, .sleep:
            break
        }
    }

    private func cancelRequest(of user: VirtualUser) {
        user.record.fill(user.exchange.cancel(now: now))
        context.live.requestEnded()
        user.record.finish(endsIteration: true)
        records.append(user.record, now: now)
        running -= 1
        retire(user)
    }
}
