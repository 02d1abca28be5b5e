// What keeps the shards of an open loop within maxVUs virtual users together, as one shard would be. Users belong to
// shards, and so do arrivals. A shard whose own users are all busy makes a new one only while fewer than maxVUs exist;
// then, if another shard has a user idle, the arrival goes there. (3 users on 16 shards had become 13 with as many
// connections.) No arrival is dropped that one shard would have started.

import Synchronization

/// Idle users by shard, and the boxes in which shards leave arrivals for each other. Atomics and a lock that is taken
/// only for an arrival that moves.
final class ArrivalExchange: Sendable {
    /// One shard's side.
    private final class Place: Sendable {
        let idle = Atomic<Int>(0)
        let due = Mutex<[Int64]>([])

        func takeUser() -> Bool {
            var count = idle.load(ordering: .relaxed)
            while count > 0 {
                let (exchanged, found) = idle.weakCompareExchange(
                    expected: count, desired: count - 1, ordering: .acquiringAndReleasing)
                if exchanged { return true }
                count = found
            }
            return false
        }
    }

    /// Wakes a shard, by its number.
    private let ring: @Sendable (Int) -> Void
    private let places: [Place]
    /// Shards that have arrivals to start yet, and so may leave some with others.
    private let open: Atomic<Int>

    init(shards: Int, ring: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.ring = ring
        places = (0..<shards).map { _ in Place() }
        open = Atomic(shards)
    }

    /// Nobody takes an idle user but its shard, so nothing needs to be counted.
    private var isAlone: Bool { places.count == 1 }

    /// A user of `shard` is idle now. Call before its slot among the active users is given back, so that whoever takes
    /// the slot finds the user.
    func userIsIdle(on shard: Int) {
        if !isAlone { places[shard].idle.wrappingAdd(1, ordering: .releasing) }
    }

    /// Takes an idle user of `shard` for an arrival; false when it has none.
    func takeUser(on shard: Int) -> Bool { isAlone || places[shard].takeUser() }

    /// Leaves an arrival due at `due` with another shard that has a user idle; false when none has.
    func pass(due: Int64, from shard: Int) -> Bool {
        for step in 1..<max(1, places.count) {
            let other = (shard + step) % places.count
            guard takeUser(on: other) else { continue }
            places[other].due.withLock { $0.append(due) }
            ring(other)
            return true
        }
        return false
    }

    /// The arrivals that others left with `shard`; for each one of its users was taken.
    func passedArrivals(to shard: Int) -> [Int64] {
        if isAlone { return [] }
        return places[shard].due.withLock { due in
            defer { due = [] }
            return due
        }
    }

    /// A shard has started, passed on or given up its last arrival.
    func hasNoMoreArrivals() {
        guard open.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0, !isAlone else { return }
        for shard in places.indices { ring(shard) }
    }

    /// The plan begins anew: every shard has arrivals to start again. Only when all are over.
    func reopen() { open.store(places.count, ordering: .releasing) }

    /// Nobody will leave anything with `shard` any more.
    func isClosed(for shard: Int) -> Bool {
        open.load(ordering: .acquiring) == 0 && places[shard].due.withLock(\.isEmpty)
    }
}
