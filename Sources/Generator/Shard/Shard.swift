// One shard: a thread on which drivers decide and transfers do, a pair of them for each lane of the run. Nothing else touches
// its state, so nothing is locked. The compiler holds us to it: the shard is an actor whose executor is that thread, and its
// loop runs there from beginning to end.

import CLibcurl

/// Runs every N-th arrival or user of each lane's plan.
actor Shard {
    nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let clock: RunClock
    /// Where the loop's own figures go: those of the first lane stand for the process.
    private let live: LiveCounters
    private let lanes: [ShardLane]
    /// Those that have something to do now: all, or the one whose turn it is.
    private var active: [ShardLane]
    private let groups: TransferGroups
    private var heartbeat: Heartbeat
    private nonisolated let stopOrder: StopOrder
    /// Nil where all lanes run at once.
    private let turns: LaneTurns?
    private let ringAll: @Sendable () -> Void
    /// Number of the turn under way, and whether this shard is done with it.
    private var turn = 0
    private var isDone = false

    /// - Parameters:
    ///   - lanes: of the run, at least one.
    ///   - records: a batcher for each of them.
    ///   - turns: for lanes that take turns, with what wakes every shard.
    /// - Throws: ``GeneratorError`` when the system or libcurl refuses what a shard needs.
    init(
        index: Int, lanes: [(context: ShardContext, arrivals: ArrivalExchange)], stopOrder: StopOrder, records: [RecordBatcher],
        thread: SerialThread, turns: LaneTurns? = nil, ringAll: @escaping @Sendable () -> Void = {}
    ) throws(GeneratorError) {
        self.stopOrder = stopOrder
        self.turns = turns
        self.ringAll = ringAll
        executor = ThreadExecutor(thread)
        clock = lanes[0].context.clock
        live = lanes[0].context.live
        groups = TransferGroups(poller: try Poller(bell: stopOrder.descriptor), origin: clock.origin)
        var made: [ShardLane] = []
        for (number, lane) in lanes.enumerated() {
            made.append(
                try ShardLane(
                    shard: index, lane: number, context: lane.context, arrivals: lane.arrivals, groups: groups, records: records[number]))
        }
        self.lanes = made
        active = turns.map { [made[$0.order[0]]] } ?? made
        heartbeat = Heartbeat(
            first: made.map { Heartbeat.first(users: $0.driver.load.usersAtOnce, planned: $0.driver.regularEnd) }.max() ?? 0)
    }

    /// Ends the plan now: nothing starts any more, and what is in flight may go on for `drain` nanoseconds.
    nonisolated func stop(drain: Int64) { stopOrder.give(drain: drain) }

    /// Runs the shard's part of the plan to its end. Occupies the shard's thread all the while.
    func run() {
        for lane in lanes { lane.prepare(at: clock.now) }
        for lane in active { lane.runDue(at: clock.now) }
        while true {
            collectCompletions()
            var now = Int64.min
            var isOver = true
            for lane in active {
                now = max(now, lane.driver.now)
                isOver = isOver && lane.driver.isOver
            }
            for lane in lanes where now >= lane.transfers.records.dueAt { lane.transfers.records.flushDue(at: now) }
            if let beats = heartbeat.take(at: now) { live.beat(beats) }
            // A driver that is done is no longer over once the others have begun its lane's next turn.
            if isOver || isDone, isLast(at: now) { break }
            let rang = groups.wait(until: nextWake())
            now = clock.now
            for lane in lanes { lane.driver.now = now }
            if rang { answerBell(at: now) }
            let strays = groups.poller.takeStrays()
            if strays > 0 { live.straysFound(strays) }
            groups.actOnTimeouts(at: now)
            collectCompletions()
            for lane in active { lane.runDue(at: lane.driver.now) }
        }
        for lane in lanes { lane.transfers.close(at: lane.driver.now) }
    }

    /// What is under way is over: whether that is all. With turns the next one begins when every shard is there.
    private func isLast(at now: Int64) -> Bool {
        guard let turns else { return true }
        if !isDone {
            isDone = true
            turns.finish(at: now) { lanes[$0].reopen() }
            // The next turn, or that there is none.
            ringAll()
        }
        if let next = turns.turn(turn + 1) {
            turn = next.number
            isDone = false
            active = [lanes[next.lane]]
            lanes[next.lane].begin(at: next.start)
            return false
        }
        return turns.isOver
    }

    private func answerBell(at now: Int64) {
        if let drain = stopOrder.take() {
            turns?.end()
            for lane in lanes { lane.driver.stop(at: now, drain: drain) }
        }
        for lane in active { lane.driver.startPassedArrivals(lane.transfers) }
    }

    private func nextWake() -> Int64 {
        var next = Int64.max
        for lane in lanes { next = min(next, lane.transfers.records.dueAt) }
        for lane in active { next = min(next, lane.nextDue) }
        heartbeat.join(next)
        return min(next, heartbeat.next)
    }

    /// Completions may start requests that complete at once in their turn, so until none is left.
    private func collectCompletions() {
        while let group = groups.nextDirty() {
            let lane = lanes[group.lane]
            // Those that wait for a stream go out, or have waited too long, when the others are through.
            while let (easy, result) = group.nextCompletion() ?? group.startWaiting() {
                guard let exchange = Exchange.of(easy), let answer = lane.transfers.complete(exchange, result: result) else { continue }
                lane.driver.answered(
                    exchange.slot, status: answer.status, retryAfter: answer.retryAfter, at: answer.time, lane.transfers)
            }
            groups.noteTimeout(of: group)
        }
    }
}
