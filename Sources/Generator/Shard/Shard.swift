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
    private let groups: TransferGroups
    private var heartbeat: Heartbeat
    private nonisolated let stopOrder: StopOrder

    /// - Parameters:
    ///   - lanes: of the run, at least one.
    ///   - records: a batcher for each of them.
    /// - Throws: ``GeneratorError`` when the system or libcurl refuses what a shard needs.
    init(
        index: Int, lanes: [(context: ShardContext, arrivals: ArrivalExchange)], stopOrder: StopOrder, records: [RecordBatcher],
        thread: SerialThread
    ) throws(GeneratorError) {
        self.stopOrder = stopOrder
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
        heartbeat = Heartbeat(
            first: made.map { Heartbeat.first(users: $0.driver.load.usersAtOnce, planned: $0.driver.regularEnd) }.max() ?? 0)
    }

    /// Ends the plan now: nothing starts any more, and what is in flight may go on for `drain` nanoseconds.
    nonisolated func stop(drain: Int64) { stopOrder.give(drain: drain) }

    /// Runs the shard's part of the plan to its end. Occupies the shard's thread all the while.
    func run() {
        for lane in lanes { lane.runDue(at: clock.now) }
        while true {
            collectCompletions()
            var now = Int64.min
            var isOver = true
            for lane in lanes {
                now = max(now, lane.driver.now)
                isOver = isOver && lane.driver.isOver
                if lane.driver.now >= lane.transfers.records.dueAt { lane.transfers.records.flushDue(at: lane.driver.now) }
            }
            if let beats = heartbeat.take(at: now) { live.beat(beats) }
            if isOver { break }
            let rang = groups.wait(until: nextWake())
            now = clock.now
            for lane in lanes { lane.driver.now = now }
            if rang { answerBell(at: now) }
            let strays = groups.poller.takeStrays()
            if strays > 0 { live.straysFound(strays) }
            groups.actOnTimeouts(at: now)
            collectCompletions()
            for lane in lanes { lane.runDue(at: lane.driver.now) }
        }
        for lane in lanes { lane.transfers.close(at: lane.driver.now) }
    }

    private func answerBell(at now: Int64) {
        let drain = stopOrder.take()
        for lane in lanes {
            if let drain { lane.driver.stop(at: now, drain: drain) }
            lane.driver.startPassedArrivals(lane.transfers)
        }
    }

    private func nextWake() -> Int64 {
        var next = Int64.max
        for lane in lanes { next = min(next, lane.nextDue) }
        heartbeat.join(next)
        return min(next, heartbeat.next)
    }

    /// Completions may start requests that complete at once in their turn, so until none is left.
    private func collectCompletions() {
        while let group = groups.nextDirty() {
            let lane = lanes[group.lane]
            while let (easy, result) = group.nextCompletion() {
                guard let exchange = Exchange.of(easy), let answer = lane.transfers.complete(exchange, result: result) else { continue }
                lane.driver.answered(
                    exchange.slot, status: answer.status, retryAfter: answer.retryAfter, at: answer.time, lane.transfers)
            }
            groups.noteTimeout(of: group)
        }
    }
}
