// The open loop: who takes an arrival, and what becomes of it when nobody can.

extension Driver {
    /// What became of an arrival.
    private enum Arrived { case started, dropped(RecordFlags) }

    /// Overdue arrivals that are taken one by one; more are dropped by arithmetic, once one of them has to be. A loop
    /// drops some 5 million a second.
    private static let mostOverdue = 10_000

    mutating func startDueArrivals(_ actions: some DriverActions) {
        guard case .arrivals(var cursor, let maxVUs) = load, !hasEndedArrivals else { return }
        if !isStopped {
            startArrivals(of: &cursor, maxVUs: maxVUs, actions)
            if now >= hardEnd { dropOverdue(of: &cursor, flags: [], actions) }
            load = .arrivals(cursor, maxVUs: maxVUs)
        }
        if isStopped || cursor.due == .max {
            hasEndedArrivals = true
            shared.arrivals.hasNoMoreArrivals()
        }
    }

    private mutating func startArrivals(of cursor: inout ArrivalCursor, maxVUs: Int, _ actions: some DriverActions) {
        // Overdue arrivals go out back to back, but answers get their turn after each 128.
        for _ in 0..<128 {
            guard cursor.due <= now, now < hardEnd else { return }
            let due = cursor.due
            shared.live.loopWasLate(by: now - due)
            let outcome = arrive(due: due, maxVUs: maxVUs, actions)
            cursor.advance()
            now = actions.time
            if case .dropped(let flags) = outcome, cursor.overdue(by: now, isMoreThan: Self.mostOverdue) {
                return dropOverdue(of: &cursor, flags: flags, actions)
            }
        }
    }

    /// One arrival: an idle user takes it, or a new one, or one of another shard; with `maxVUs` in an iteration it is
    /// dropped (k6 §4.5, but a user costs so little here that nothing is dropped while one is being built).
    private mutating func arrive(due: Int64, maxVUs: Int, _ actions: some DriverActions) -> Arrived {
        let shard = setting.shard
        if shared.pause?.end(at: now) != nil { return drop(due: due, flags: .paused, actions) }
        guard shared.live.activate(limit: maxVUs) else { return drop(due: due, flags: [], actions) }
        // With a slot there is a user for it, on some shard. The search may miss one that becomes idle behind it.
        for _ in 0..<1_000 {
            if shared.arrivals.takeUser(on: shard), let user = idle.popLast() {
                begin(user, scheduled: due, actions)
                return .started
            }
            if shared.live.createUser(limit: maxVUs) {
                guard let user = newUser(actions) else { break }
                begin(user, scheduled: due, actions)
                return .started
            }
            if shared.arrivals.pass(due: due, from: shard) { return .started }
        }
        shared.live.deactivate()
        return drop(due: due, flags: [], actions)
    }

    /// Somebody rang: arrivals of other shards that had no user for them.
    mutating func startPassedArrivals(_ actions: some DriverActions) {
        for due in shared.arrivals.passedArrivals(to: setting.shard) {
            // A stop ends the arrivals that have not been started.
            guard let user = idle.popLast() else { continue }
            if isStopped {
                retire(user)
            } else if shared.pause?.end(at: now) != nil {
                _ = drop(due: due, flags: .paused, actions)
                retire(user)
            } else {
                begin(user, scheduled: due, actions)
            }
        }
    }

    private func drop(due: Int64, flags: RecordFlags, _ actions: some DriverActions) -> Arrived {
        shared.live.arrivalsDropped(1)
        actions.recordDropped(1, due: due, flags: flags, at: now)
        return .dropped(flags)
    }

    /// Drops everything that is due by now, in as many steps as there are seconds in it.
    private func dropOverdue(of cursor: inout ArrivalCursor, flags: RecordFlags, _ actions: some DriverActions) {
        while cursor.due <= now {
            let endOfSecond = (cursor.due / 1_000_000_000 + 1) * 1_000_000_000 - 1
            let count = cursor.overdue(by: min(now, endOfSecond))
            shared.live.arrivalsDropped(count)
            cursor.skip(count - 1)
            actions.recordDropped(count, due: cursor.due, flags: flags, at: now)
            cursor.advance()
        }
    }

    mutating func newUser(_ actions: some DriverActions) -> Int? {
        // Out of memory for a handle is the only way this fails; the arrival then counts as dropped.
        guard makeUser(number: setting.share.number(shared.live.takeUserNumber()), actions) else {
            shared.live.userNotCreated()
            return nil
        }
        return users.count - 1
    }
}
