// What becomes of states that a receiver refuses. Refused together with others they are sent again as soon as they
// change, and once more at the end. A series that is refused on its own goes into quarantine: it keeps its newest state,
// and never again spoils a push of others.

extension Spool {
    /// A series on its own account.
    struct Quarantine {
        /// How often its state was refused on its own; 0 when only its zero was, which says little about the state.
        var refusals: Int
        /// The next attempt is not before this.
        var until: Duration
    }

    /// Series in quarantine whose states were refused.
    var rejected: [Int] {
        guard quarantineCount > 0 else { return [] }
        return slots.indices.filter { (slots[$0].quarantine?.refusals ?? 0) > 0 }
    }

    mutating func markPending(_ position: Int) {
        guard slots[position].standing != .pending else { return }
        if slots[position].standing == .refused { refusedCount -= 1 }
        slots[position].standing = .pending
        pendingCount += 1
    }

    mutating func refuse(_ position: Int) {
        guard slots[position].standing == .pending else { return }
        slots[position].standing = .refused
        pendingCount -= 1
        refusedCount += 1
    }

    mutating func quarantine(_ position: Int, refusals: Int, until: Duration) {
        refuse(position)
        dropZero(position)
        if slots[position].quarantine == nil { quarantineCount += 1 }
        slots[position].quarantine = Quarantine(refusals: refusals, until: until)
    }

    /// The receiver has taken this series after all.
    mutating func release(_ position: Int) {
        if slots[position].quarantine != nil { quarantineCount -= 1 }
        slots[position].quarantine = nil
    }

    /// The first series of the quarantine whose time has come, its state pending again; nil if there is none. Of those
    /// that were refused already none if `onlyUntried`.
    mutating func takeProbe(now: Duration, onlyUntried: Bool) -> Int? {
        guard quarantineCount > 0 else { return nil }
        let found = slots.indices.first { position in
            guard let quarantine = slots[position].quarantine, slots[position].standing == .refused else { return false }
            return quarantine.until <= now && (quarantine.refusals == 0 || !onlyUntried)
        }
        if let found { markPending(found) }
        return found
    }

    /// Gives what the receiver refused one more chance: the reason may have been mended, and it is final values now.
    mutating func retryRefused() {
        for position in slots.indices where slots[position].quarantine == nil && slots[position].standing == .refused {
            markPending(position)
        }
    }

    /// All of the quarantine, their states pending again.
    mutating func takeQuarantine() -> [Int] {
        let found = slots.indices.filter { slots[$0].quarantine != nil && slots[$0].standing == .refused }
        for position in found { markPending(position) }
        return found
    }
}
