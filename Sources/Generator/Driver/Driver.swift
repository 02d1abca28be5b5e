// What a shard does next, as a value: events and the time come in, actions go out, and nothing in here has a clock, a socket
// or a thread. A test runs a whole plan through it in simulated time. Arrivals: Driver+Arrivals.swift, the users of a closed
// loop: Driver+Users.swift, what a user goes through: Driver+Iterations.swift.

import HeapModule
import Base
import Scenarios

/// Decides for one shard. Instants are nanoseconds since the run's start. Not copyable: a copy, which the compiler made
/// to ask for ``nextDue``, retains every list in it.
struct Driver: ~Copyable, Sendable {
    let setting: DriverSetting
    let shared: SharedByDrivers
    var load: ShardLoad
    /// By slot.
    var users: [DrivenUser] = []
    /// Open loop: slots of users between iterations, last used first, because its connection is the least likely to have
    /// been closed by the server meanwhile. (k6 takes the longest idle, and so keeps every connection lukewarm.)
    var idle: [Int] = []
    var deadlines = Heap<Deadline>()
    /// Users inside an iteration.
    var running = 0
    /// Open loop: the others know that this shard has no more arrivals.
    var hasEndedArrivals = false
    /// Closed loop: how many of ``users`` the plan wants, the first ones.
    var plannedUsers = 0
    /// No iteration starts after this (open loop: no arrival is due after it).
    private(set) var regularEnd: Int64
    /// Whatever is still running is cut off at this.
    private(set) var hardEnd: Int64
    /// The plan was ended early: its remaining arrivals are not made up.
    private(set) var isStopped = false
    /// The time of the last event, so that no two decisions of a turn disagree.
    var now: Int64 = 0

    init(plan: Plan, share: TaskShare, shard: Int, shards: Int, shared: SharedByDrivers) {
        setting = DriverSetting(plan: plan, share: share, shard: shard, shards: shards)
        self.shared = shared
        load = ShardLoad(executor: plan.executor, share: share, shard: shard, shards: shards)
        regularEnd = min(plan.executor.regularEnd, Self.furthest)
        hardEnd = min(plan.longestEnd.nanoseconds, Self.furthest)
    }

    /// 73 years from the start, sums with which do not overflow.
    private static let furthest = Int64(1) << 61

    /// Carries out the plan once more from `start` on, with the users there are. Only when it is over.
    mutating func begin(_ plan: Plan, at start: Int64) {
        load = ShardLoad(executor: plan.executor, share: setting.share, shard: setting.shard, shards: setting.shards, start: start)
        hasEndedArrivals = false
        // The last answers may have come before the plan's last step was looked at.
        plannedUsers = 0
        for slot in users.indices { users[slot].planned = false }
        guard !isStopped else { return }
        regularEnd = start + min(plan.executor.regularEnd, Self.furthest)
        hardEnd = start + min(plan.longestEnd.nanoseconds, Self.furthest)
    }

    /// Nothing is running and nothing will start, here or by way of another shard.
    var isOver: Bool {
        guard now >= regularEnd, running == 0 else { return false }
        guard case .arrivals = load else { return true }
        return shared.arrivals.isClosed(for: setting.shard)
    }

    /// When something is due next; `Int64.max` when only an answer can bring more.
    var nextDue: Int64 {
        let next = min(isStopped ? .max : load.due, deadlines.min?.time ?? .max)
        return min(next, now < regularEnd ? regularEnd : now < hardEnd ? hardEnd : .max)
    }

    // MARK: - Events

    /// It is `time`: everything the plan and the clock want by now, in that order: cuts last, so that an answer that arrived
    /// in time counts.
    mutating func runDue(at time: Int64, _ actions: some DriverActions) {
        now = time
        switch load {
        case .arrivals: startDueArrivals(actions)
        case .users: applyDueSteps(actions)
        }
        while let next = deadlines.min, next.time <= now {
            deadlines.removeMin()
            act(on: next, actions)
        }
        if now >= hardEnd { cutEverything(actions) }
    }

    /// Somebody wants the plan to end: nothing starts any more, and what is in flight may go on for `drain`.
    mutating func stop(at time: Int64, drain: Int64) {
        now = time
        isStopped = true
        regularEnd = min(regularEnd, now)
        hardEnd = min(hardEnd, now + drain)
    }
}
