// One shard: a thread on which a driver decides and transfers do. Nothing else touches its state, so nothing is locked. The
// compiler holds us to it: the shard is an actor whose executor is that thread, and its loop runs there from beginning to
// end.

import CLibcurl

/// Runs every N-th arrival or user of a plan.
actor Shard {
    nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let context: ShardContext
    private var driver: Driver
    private let transfers: ShardTransfers
    private var heartbeat: Heartbeat
    private nonisolated let stopOrder: StopOrder

    /// - Throws: ``GeneratorError`` when the system or libcurl refuses what a shard needs.
    init(
        index: Int, context: ShardContext, arrivals: ArrivalExchange, stopOrder: StopOrder, records: RecordBatcher,
        thread: SerialThread
    ) throws(GeneratorError) {
        self.context = context
        self.stopOrder = stopOrder
        executor = ThreadExecutor(thread)
        driver = Driver(
            plan: context.plan, share: context.share, shard: index, shards: context.shards,
            shared: SharedByDrivers(live: context.live, arrivals: arrivals, pause: context.pause))
        transfers = try ShardTransfers(
            index: index, context: context, poller: Poller(bell: stopOrder.descriptor), records: records)
        heartbeat = Heartbeat(first: Heartbeat.first(users: driver.load.usersAtOnce, planned: driver.regularEnd))
    }

    /// Ends the plan now: nothing starts any more, and what is in flight may go on for `drain` nanoseconds.
    nonisolated func stop(drain: Int64) { stopOrder.give(drain: drain) }

    /// Runs the shard's part of the plan to its end. Occupies the shard's thread all the while.
    func run() {
        runDue(at: context.clock.now)
        while true {
            collectCompletions()
            if driver.now >= transfers.records.dueAt { transfers.records.flushDue(at: driver.now) }
            if let beats = heartbeat.take(at: driver.now) { context.live.beat(beats) }
            if driver.isOver { break }
            let rang = transfers.wait(until: nextWake())
            driver.now = context.clock.now
            if rang {
                if let drain = stopOrder.take() { driver.stop(at: driver.now, drain: drain) }
                driver.startPassedArrivals(transfers)
            }
            let strays = transfers.poller.takeStrays()
            if strays > 0 { context.live.straysFound(strays) }
            transfers.actOnTimeouts(at: driver.now)
            collectCompletions()
            runDue(at: driver.now)
        }
        transfers.close(at: driver.now)
    }

    private func runDue(at now: Int64) {
        driver.runDue(at: now, transfers)
        transfers.dropped.flushIfDue(into: &transfers.records, now: driver.now)
    }

    private func nextWake() -> Int64 {
        let next = min(driver.nextDue, transfers.records.dueAt)
        heartbeat.join(next)
        return min(next, heartbeat.next)
    }

    /// Completions may start requests that complete at once in their turn, so until none is left.
    private func collectCompletions() {
        while let group = transfers.nextDirtyGroup() {
            while let (easy, result) = group.nextCompletion() {
                guard let exchange = Exchange.of(easy), let answer = transfers.complete(exchange, result: result) else { continue }
                driver.answered(
                    exchange.slot, status: answer.status, retryAfter: answer.retryAfter, at: answer.time, transfers)
            }
            transfers.noteTimeout(of: group)
        }
    }
}
