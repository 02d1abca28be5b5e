// A shard's part of the plan: every N-th arrival, or every N-th virtual user. Pure cursors over the pure schedules;
// together the shards' parts are the plan, exactly.

import Base
import Scenarios

/// The arrivals of one shard in order: numbers `shard`, `shard + shards`, …
struct ArrivalCursor: Sendable {
    private let schedule: any ArrivalSchedule
    private let stride: Int
    /// Of the plan, nanoseconds since the run's start.
    private let start: Int64
    private var index: Int
    private var place = ArrivalPlace()
    /// The next arrival's due instant; `Int64.max` after the last.
    private(set) var due: Int64

    init(schedule: any ArrivalSchedule, shard: Int, shards: Int, start: Int64 = 0) {
        self.schedule = schedule
        self.start = start
        stride = shards
        index = shard
        due = schedule.due(index, place: &place).map { $0 + start } ?? .max
    }

    mutating func advance() { skip(1) }

    /// How many of the shard's arrivals from the next on are due at or before `time`. O(log arrivals).
    func overdue(by time: Int64) -> Int {
        let total = schedule.dueCount(by: time - start)
        return total > index ? (total - index - 1) / stride + 1 : 0
    }

    /// Whether more than `count` of the shard's arrivals are due at `time`. One look at the schedule.
    func overdue(by time: Int64, isMoreThan count: Int) -> Bool {
        var place = place
        return schedule.due(index + count * stride, place: &place).map { $0 + start <= time } ?? false
    }

    /// Leaves out `count` of the shard's arrivals, at most those there are.
    mutating func skip(_ count: Int) {
        index += count * stride
        due = schedule.due(index, place: &place).map { $0 + start } ?? .max
    }
}

/// The user-count steps of the plan as one shard sees them: of every step, how many of its own users to run.
struct UserStepCursor: Sendable {
    private var steps: VirtualUserSteps
    private let shard: Int
    private let shards: Int
    private let start: Int64
    private var upcoming: VirtualUserStep?
    /// The step taken last is the plan's end, at which no stage wanted fewer users.
    private(set) var isUnaskedEnd = false

    init(steps: VirtualUserSteps, shard: Int, shards: Int, start: Int64 = 0) {
        self.steps = steps
        self.start = start
        self.shard = shard
        self.shards = shards
        upcoming = self.steps.next()
    }

    /// When the count changes next; `Int64.max` after the last step.
    var due: Int64 { upcoming.map { $0.time + start } ?? .max }

    /// This shard's share after the step that is due: users `shard`, `shard + shards`, … below the plan's count.
    mutating func advance() -> Int {
        let count = upcoming?.count ?? 0
        upcoming = steps.next()
        isUnaskedEnd = upcoming == nil && steps.endsUnasked
        return max(0, (count - shard + shards - 1) / shards)
    }
}

/// What drives a shard.
enum ShardLoad: Sendable {
    case arrivals(ArrivalCursor, maxVUs: Int)
    case users(UserStepCursor, gracefulRampDown: Int64)

    /// The part of shard number `shard` of `shards` in the task `share`, of a plan that begins at `start`.
    init(executor: Executor, share: TaskShare, shard: Int, shards: Int, start: Int64 = 0) {
        let maxVUs = share.part(of: executor.maxVUs)
        let shard = share.place(ofShard: shard)
        let shards = share.stride(shards: shards)
        switch executor.load {
        case .arrivals(let schedule, _):
            self = .arrivals(
                ArrivalCursor(schedule: schedule, shard: shard, shards: shards, start: start), maxVUs: maxVUs)
        case .users(let steps, let rampDown):
            // Without a ramp-down users end with the run's graceful stop.
            self = .users(
                UserStepCursor(steps: steps, shard: shard, shards: shards, start: start),
                gracefulRampDown: rampDown?.nanoseconds ?? .max)
        }
    }

    /// When the plan wants something next.
    var due: Int64 {
        switch self {
        case .arrivals(let cursor, _): cursor.due
        case .users(let cursor, _): cursor.due
        }
    }

    /// Users of the shard that start at t = 0; none in an open loop, where arrivals start them.
    var usersAtOnce: Int {
        guard case .users(var cursor, _) = self else { return 0 }
        var count = 0
        while cursor.due == 0 { count = max(count, cursor.advance()) }
        return count
    }
}
