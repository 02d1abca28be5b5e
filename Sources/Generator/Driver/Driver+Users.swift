// The closed loop: how many users iterate, and which.

extension Driver {
    mutating func applyDueSteps(_ actions: some DriverActions) {
        // Before the cursor is taken out: that copies its steps, and the shard asks at every wake-up.
        guard load.due <= now, case .users(var cursor, let rampDown) = load else { return }
        while cursor.due <= now {
            let due = cursor.due
            let share = cursor.advance()
            setPlannedUsers(
                isStopped || due >= regularEnd ? 0 : share, due: due, rampDown: cursor.isUnaskedEnd ? .max : rampDown, actions)
        }
        load = .users(cursor, gracefulRampDown: rampDown)
    }

    /// Users are a stack (k6 §4.2): the lowest numbers run, the highest stop first.
    private mutating func setPlannedUsers(_ wanted: Int, due: Int64, rampDown: Int64, _ actions: some DriverActions) {
        while users.count < wanted {
            // Numbered as the plan counts them, so that user n is user n whatever the shards.
            let number = setting.share.number(setting.shard + users.count * setting.shards)
            guard makeUser(number: number, actions) else { break }
        }
        let before = plannedUsers
        plannedUsers = min(wanted, users.count)
        let isMore = plannedUsers > before
        for slot in min(before, plannedUsers)..<max(before, plannedUsers) {
            users[slot].planned = isMore
            if isMore {
                users[slot].cutAt = .max
                if users[slot].life.phase == .idle {
                    shared.live.activate()
                    begin(slot, scheduled: due, actions)
                }
            } else if users[slot].life.phase != .idle, rampDown < hardEnd - due {
                users[slot].cutAt = due + max(0, rampDown)
                deadlines.insert(Deadline(time: users[slot].cutAt, purpose: .cut, slot: slot))
            }
        }
    }

    mutating func makeUser(number: Int, _ actions: some DriverActions) -> Bool {
        guard actions.makeUser(number: number) else { return false }
        users.append(DrivenUser(number: number, thinkSeed: setting.thinkSeed))
        return true
    }
}
