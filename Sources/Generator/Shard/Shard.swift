// One shard: a thread, a poller, some multi handles and the virtual users on them. It runs its part of the
// plan and writes records; nothing else touches its state, so nothing is locked. The compiler holds us to it: the
// shard is an actor whose executor is that thread, and its loop runs there from beginning to end.

import CLibcurl
import HeapModule
import Base
import Scenarios

/// What all shards of a run are given.
struct ShardContext: Sendable {
    var plan: Plan
    var corpus: Corpus
    var order: PromptOrder
    var settings: TransferSettings
    var addresses: ServerAddresses
    var clock: RunClock
    var live: LiveCounters
    var shards: Int
    var share: TaskShare
    /// How the server's answers are read.
    var api = ServerAPI.chatCompletions
    var answers: AnswerSetting
    /// Only with `on_429: pause`.
    var pause: RequestPause?
}

/// Runs every N-th arrival or user of a plan.
actor Shard {
    nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let index: Int
    let context: ShardContext
    let poller: Poller
    let common: CommonTransferState
    var records: RecordBatcher
    var load: ShardLoad
    var users: [VirtualUser] = []
    /// Open loop: users between iterations, last used first, because its connection is the least likely to have
    /// been closed by the server meanwhile. (k6 takes the longest idle, and so keeps every connection lukewarm.)
    var idle: [VirtualUser] = []
    var deadlines = Heap<Deadline>()
    /// Open loop: what the shards of the run share.
    let exchange: ArrivalExchange
    /// Open loop: the others know that this shard has no more arrivals.
    var hasEndedArrivals = false
    var dropped: DroppedArrivals
    private var heartbeat: Heartbeat
    /// Users inside an iteration.
    var running = 0
    /// Closed loop: how many of ``users`` the plan wants, the first ones.
    var plannedUsers = 0
    /// No iteration starts after this (open loop: no arrival is due after it). Nanoseconds since the start.
    var regularEnd: Int64
    /// Whatever is still running is cut off at this.
    var hardEnd: Int64
    /// Set once a signal ended the plan early: its remaining arrivals are not made up.
    var isStopped = false

    private var groups: [TransferGroup] = []
    private var dirtyGroups: [TransferGroup] = []
    /// No group's timer is earlier than this. It may be too early by a stale value, which costs one look.
    private var earliestGroupTimeout = Int64.max
    private nonisolated let stopOrder: StopOrder
    /// One cached "now" per loop turn, so that no two decisions of a turn disagree.
    var now: Int64 = 0

    init(
        index: Int, context: ShardContext, exchange: ArrivalExchange, records: RecordBatcher, thread: SerialThread
    ) throws(GeneratorError) {
        self.index = index
        self.exchange = exchange
        self.context = context
        self.records = records
        executor = ThreadExecutor(thread)
        stopOrder = exchange.orders[index]
        dropped = DroppedArrivals(shard: index)
        poller = try Poller(bell: stopOrder.descriptor)
        common = CommonTransferState(
            settings: context.settings, addresses: context.addresses, api: context.api, answers: context.answers,
            clock: context.clock, shards: context.shards, poller: poller)
        load = ShardLoad(
            executor: context.plan.executor, share: context.share, shard: index, shards: context.shards)
        // 73 years from the start, sums with which do not overflow.
        let furthest = Int64(1) << 61
        regularEnd = min(context.plan.executor.regularEnd, furthest)
        hardEnd = min(context.plan.longestEnd.nanoseconds, furthest)
        heartbeat = Heartbeat(first: Heartbeat.first(users: load.usersAtOnce, planned: regularEnd))
        // What libcurl refuses this user it would refuse all, and every arrival would count as dropped for want of one.
        _ = try Exchange(slot: 0, number: 0, group: TransferGroup(index: 0, poller: poller), common: common)
    }

    /// Ends the plan now: nothing starts any more, and what is in flight may go on for `drain` nanoseconds.
    nonisolated func stop(drain: Int64) { stopOrder.give(drain: drain) }

    // MARK: - The loop

    /// Runs the shard's part of the plan to its end. Occupies the shard's thread all the while.
    func run() {
        now = context.clock.now
        runDue()
        while true {
            collectCompletions()
            if now >= records.flushAt { records.flush() }
            if let beats = heartbeat.take(at: now) { context.live.beat(beats) }
            if isOver { break }
            poller.arm(at: nextWake())
            let rang = poller.wait { readiness in
                let group = groups[readiness.group]
                group.act(on: readiness)
                touch(group)
            }
            now = context.clock.now
            if rang {
                obeyStopOrder()
                startPassedArrivals()
            }
            let strays = poller.takeStrays()
            if strays > 0 { context.live.straysFound(strays) }
            actOnGroupTimeouts()
            collectCompletions()
            runDue()
        }
        dropped.flush(into: &records, now: now)
        records.flush()
        idle = []
        users = []
    }

    private func obeyStopOrder() {
        guard let drain = stopOrder.take() else { return }
        isStopped = true
        regularEnd = min(regularEnd, now)
        hardEnd = min(hardEnd, now + drain)
    }

    private func nextWake() -> Int64 {
        var next = min(isStopped ? .max : load.due, records.flushAt, deadlines.min?.time ?? .max)
        next = min(next, now < regularEnd ? regularEnd : now < hardEnd ? hardEnd : .max)
        heartbeat.join(next)
        next = min(next, heartbeat.next)
        let absolute = next == .max ? Int64.max : next + context.clock.origin
        return min(absolute, earliestGroupTimeout)
    }

    // MARK: - Transfers

    /// Puts an exchange's request on the wire as far as it goes without waiting.
    func launch(_ exchange: Exchange) {
        exchange.group.actOnTimeout()
        touch(exchange.group)
    }

    /// Notes that `group` may have completions and a new timer.
    func touch(_ group: TransferGroup) {
        if !group.isDirty {
            group.isDirty = true
            dirtyGroups.append(group)
        }
        earliestGroupTimeout = min(earliestGroupTimeout, group.timeoutAt)
    }

    private func actOnGroupTimeouts() {
        let absolute = now + context.clock.origin
        guard absolute >= earliestGroupTimeout else { return }
        for group in groups where group.timeoutAt <= absolute {
            group.acted.pointee = absolute
            group.actOnTimeout()
            touch(group)
        }
        earliestGroupTimeout = groups.reduce(Int64.max) { min($0, $1.timeoutAt) }
    }

    /// Completions may start requests that complete at once in their turn, so until none is left.
    private func collectCompletions() {
        while let group = dirtyGroups.popLast() {
            group.isDirty = false
            while let (easy, result) = group.nextCompletion() {
                guard let exchange = Exchange.of(easy) else { continue }
                completed(users[exchange.slot], result: result)
            }
            earliestGroupTimeout = min(earliestGroupTimeout, group.timeoutAt)
        }
    }

    /// A new user in a group with room.
    func makeUser(number: Int) throws(GeneratorError) -> VirtualUser {
        // Each group has two descriptors of libcurl's. With none to spare its users share the last one, for a longer walk.
        if users.count >= groups.count * TransferGroup.capacity, groups.isEmpty || DescriptorReserve.current.hasRoom {
            groups.append(try TransferGroup(index: groups.count, poller: poller))
        }
        let exchange = try Exchange(slot: users.count, number: number, group: groups[groups.count - 1], common: common)
        let user = VirtualUser(number: number, exchange: exchange, thinkSeed: context.plan.thinkSeed)
        users.append(user)
        return user
    }
}
