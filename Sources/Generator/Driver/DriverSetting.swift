// What a driver is told once: its part of the plan, and what it shares with the run's other drivers.

import Base
import Scenarios

/// The plan of one shard.
struct DriverSetting: Sendable {
    let shard: Int
    let shards: Int
    let share: TaskShare
    /// Bounds of what users draw, nanoseconds.
    let thinkTime: Int64
    let stagger: Int64
    let thinkSeed: UInt64
    /// Users of an open loop that are there when it begins, of this task.
    let preparedUsers: Int

    init(plan: Plan, share: TaskShare, shard: Int, shards: Int) {
        self.shard = shard
        self.shards = shards
        self.share = share
        thinkTime = plan.thinkTime.nanoseconds
        stagger = plan.initialStagger ? thinkTime : 0
        thinkSeed = plan.thinkSeed
        if case .arrivals(_, let planned) = plan.executor.load { preparedUsers = share.part(of: planned) } else { preparedUsers = 0 }
    }
}

/// Counters and boxes of all drivers of a run. They have neither a clock nor a descriptor, so that drivers which share them
/// can stand side by side in a test too.
struct SharedByDrivers: Sendable {
    let live: LiveCounters
    /// Open loop: arrivals that change shards.
    let arrivals: ArrivalExchange
    /// Only with `on_429: pause`.
    let pause: RequestPause?
}
