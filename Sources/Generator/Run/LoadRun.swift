// One load run: builds the shards, starts them on one clock, samples the generator once a second, and ends when the
// plan is done or somebody stops it. Knows nothing of files, terminals or Prometheus: it hands records to a closure.

import Glibc
import Base
import Scenarios
import Synchronization

/// What a run needs besides the plan and the corpus.
package struct RunOptions: Sendable {
    /// Shards; nil for ``WorkerCount/available(environment:)``.
    package var workers: Int?
    /// Product name and version for the `User-Agent` header.
    package var userAgent: String
    /// Process environment: proxies, trust, SLURM's grant.
    package var environment: [String: String]
    /// When the scenario's own rules end the run: how long requests in flight may go on.
    package var ruleDrain = Duration.zero
    /// Shards get ``RealtimePriority``, or the run does not begin.
    package var isRealtime = false
    /// This process's part of the plan.
    package var share = TaskShare.whole
    /// Wall clock of the run's zero, nanoseconds since 1970; nil for as soon as possible. Several tasks agree on one.
    package var startUnixNanoseconds: Int64?

    /// Of the server's name.
    var lookUp: @Sendable (_ host: String, _ port: UInt16) -> ServerAddresses = { ServerAddresses.lookUp(host: $0, port: $1) }

    package init(workers: Int? = nil, userAgent: String, environment: [String: String]) {
        self.workers = workers
        self.userAgent = userAgent
        self.environment = environment
    }
}

/// How a run came to its end.
package struct RunEnd: Sendable, Equatable {
    /// Nanoseconds from the start to the end of the last iteration: what rates are divided by (k6 §6.2).
    package var duration: Int64
    /// Why it was stopped early; nil when the plan ran to its end.
    package var stopReason: String?
    /// It was stopped by a rule of its scenario (`stop_on`, `on_429`).
    package var stoppedByRule = false
    /// When nothing was started any more, nanoseconds since the start; nil when the plan ran to its end.
    package var stoppedAt: Int64?
    package var startedIterations: Int
    package var droppedArrivals: Int
    /// Records lost because the consumer was too far behind; 0 in any sane run.
    package var discardedRecords: Int
    /// Of lanes that took turns, these; else empty.
    package var turns: [LaneTurn] = []
}

/// A block of load of one lane, while the others had none. Instants are nanoseconds since the run's start.
package struct LaneTurn: Codable, Sendable, Equatable {
    package var arm: UInt16
    package var start: Int64
    /// Nothing was started any more.
    package var end: Int64
    /// Nothing was in flight any more.
    package var emptied: Int64

    package init(arm: UInt16, start: Int64, end: Int64, emptied: Int64) {
        self.arm = arm
        self.start = start
        self.end = end
        self.emptied = emptied
    }
}

/// A run, from its first arrival to its last record.
package final class LoadRun: Sendable {
    /// At least one.
    package let lanes: [LoadLane]
    package let texts: TextTable
    package let workers: WorkerCount
    /// This process's part of every plan.
    package let share: TaskShare
    /// The run's clock; its zero is the start.
    package let clock: RunClock

    /// One line when this machine's limits may be too low for the plans.
    package let limitWarning: String?

    private let ruleDrain: Duration
    private let turns: LaneTurns?
    /// All that a run needs to reach its end, from before its start.
    private let consumer: SerialThread
    private let shardThreads: [SerialThread]
    private let state = Mutex(State())
    private let losses = Mutex(ProcessorLosses())

    private struct State {
        var shards: [Shard] = []
        var stopReason: String?
        var stoppedByRule = false
        var stoppedAt: Int64?
    }

    /// The run's zero lies this far after ``init(plan:corpus:order:texts:options:)``, so that the caller's files are
    /// open and the shards stand when the first arrival is due. They took up to 11 ms beside busy compilers.
    private static let setUpAllowance: Int64 = 20_000_000

    /// A run of one lane.
    ///
    /// - Throws: ``GeneratorError`` when the plan's URL cannot be used.
    package convenience init(
        plan: Plan, corpus: Corpus, order: PromptOrder, texts: TextTable, options: RunOptions
    ) throws(GeneratorError) {
        try self.init(lanes: [LaneLoad(plan: plan, corpus: corpus, order: order)], texts: texts, options: options)
    }

    /// Looks the servers' names up (blocking) and fixes the run's start, a few milliseconds from now.
    ///
    /// - Parameters:
    ///   - lanes: at least one; no two with one number.
    ///   - order: of lanes that take turns, whose turn it is, by their places in `lanes`; nil where all run at once.
    /// - Throws: ``GeneratorError`` when a plan's URL cannot be used.
    package init(
        lanes loads: [LaneLoad], inTurns order: [Int]? = nil, texts: TextTable, options: RunOptions
    ) throws(GeneratorError) {
        guard order == nil || options.share.count == 1 else { throw .plan("lanes take turns on one task only") }
        guard options.workers.map({ $0 > 0 && $0 <= WorkerCount.limit }) ?? true else {
            throw .plan("--workers: expected 1 to \(WorkerCount.limit)")
        }
        self.texts = texts
        share = options.share
        for load in loads { try share.requireUsers(of: load.plan.executor) }
        var workers = WorkerCount(count: options.workers ?? 1, source: "--workers")
        if options.workers == nil { workers = try WorkerCount.available(environment: options.environment) }
        // A shard without a user of its own would only pass its arrivals on.
        workers.count = min(workers.count, loads.map { [share] in share.part(of: $0.plan.executor.maxVUs) }.max() ?? 1)
        // A connection belongs to one shard, and a shard without one could send nothing.
        for load in loads {
            guard let connections = load.plan.target.connections.shared else { continue }
            guard share.part(of: connections) > 0 else {
                throw .plan("connections: \(connections) are fewer than the \(share.count) tasks, each of which needs one")
            }
            workers.count = min(workers.count, share.part(of: connections))
        }
        self.workers = workers
        let settings = try loads.map { (load) throws(GeneratorError) in
            try TransferSettings(target: load.plan.target, userAgent: options.userAgent, environment: options.environment)
        }
        Transport.prepare()
        try DescriptorReserve.current.require(shards: workers.count)
        consumer = try SerialThread("sml.records")
        if options.isRealtime {
            try RealtimePriority.requireBound()
            try RealtimePriority.requireEndlessTurn()
        }
        var threads: [SerialThread] = []
        for index in 0..<workers.count { threads.append(try SerialThread("sml.shard.\(index)", isRealtime: options.isRealtime)) }
        shardThreads = threads
        // k6 speaks HTTP/2 to a server that offers it; measuring another protocol unasked would be no comparison.
        guard Transport.hasHTTP2 || !settings.contains(where: \.mayNeedHTTP2) else {
            throw .transport("\(Transport.version) was built without HTTP/2, which https servers are offered unless http_version is 1.1")
        }
        // Before the clock is made, as a name server may take its time.
        let addresses = settings.map { settings in
            settings.proxy == nil
                ? options.lookUp(settings.url.host, settings.url.port)
                : ServerAddresses(host: settings.url.host, port: settings.url.port, numeric: [])
        }
        let lead = loads.map { [share] in $0.plan.lead(tasks: share.count) }.max() ?? .zero
        clock = options.startUnixNanoseconds.map(RunClock.init(startingAt:)) ?? RunClock(startingIn: Self.setUpAllowance + lead.nanoseconds)
        guard options.startUnixNanoseconds == nil || clock.now < 0 else {
            throw .plan("the agreed start was \(clock.now / 1_000_000) ms ago")
        }
        let turns = order.map { LaneTurns(order: $0, shards: workers.count) }
        self.turns = turns
        lanes = loads.indices.map { [clock, share] index in
            LoadLane(
                loads[index], settings: settings[index], addresses: addresses[index], texts: texts, clock: clock, shards: workers.count,
                share: share, index: index, turns: turns)
        }
        limitWarning = SystemLimits.current.warning(
            users: loads.reduce(0) { [share] in
                $0 + share.part(of: min($1.plan.executor.maxVUs, $1.plan.target.connections.shared ?? .max))
            })
        ruleDrain = options.ruleDrain
    }

    /// Runs the plans. `consume` gets all records in batches, and the samples, one call at a time, on a thread of the run's own; after
    /// this returns it is not called again.
    package func run(consume: @escaping @Sendable (RunBatch) -> Void) async throws(GeneratorError) -> RunEnd {
        let consumers = lanes.map { watched(consume, $0) }
        var shards: [Shard] = []
        var orders: [StopOrder] = []
        for _ in 0..<workers.count { orders.append(try StopOrder()) }
        let shared = lanes.map { lane in
            (context: lane.context, arrivals: ArrivalExchange(shards: workers.count) { [orders] in orders[$0].ring() })
        }
        for index in 0..<workers.count {
            let records = zip(lanes, consumers).map { RecordBatcher(thread: consumer, live: $0.live, arm: $0.arm, consume: $1) }
            shards.append(
                try Shard(
                    index: index, lanes: shared, stopOrder: orders[index], records: records, thread: shardThreads[index], turns: turns
                ) { [orders] in
                    for order in orders { order.ring() }
                })
        }
        let stopped = state.withLock { state in
            state.shards = shards
            return state.stopReason != nil
        }
        // Rules look at the time too, which passes without records.
        let consumeSample: @Sendable (RunBatch) -> Void = { [consumers] batch in
            guard case .sample(let sample) = batch else { return }
            (zip(self.lanes, consumers).first { $0.0.arm == sample.arm }?.1 ?? consume)(batch)
        }
        startSampling(consume: consumeSample)
        if stopped { for shard in shards { shard.stop(drain: 0) } }
        await withTaskGroup(of: Void.self) { group in
            for shard in shards { group.addTask { await shard.run() } }
        }
        let duration = clock.now
        consumer.stopRepeating()
        // The last of all, so that whoever gets it has got everything.
        await withCheckedContinuation { continuation in
            consumer.async { [self] in
                for sample in samples() { consumeSample(.sample(sample)) }
                continuation.resume()
            }
        }
        return RunEnd(
            duration: duration, stopReason: state.withLock { $0.stopReason },
            stoppedByRule: state.withLock { $0.stoppedByRule }, stoppedAt: state.withLock { $0.stoppedAt },
            startedIterations: total(\.iterations), droppedArrivals: total(\.dropped), discardedRecords: total(\.discarded),
            turns: takenTurns(until: duration))
    }

    private func takenTurns(until duration: Int64) -> [LaneTurn] {
        (turns?.all ?? []).filter { $0.start < duration }.map { turn in
            let lane = lanes[turn.lane]
            let emptied = turn.emptied ?? duration
            return LaneTurn(
                arm: lane.arm, start: turn.start, end: min(turn.start + lane.plan.executor.regularEnd, emptied), emptied: emptied)
        }
    }

    /// When nothing will be started any more, as far as it is known: what is between turns takes as long as the servers like.
    package var expectedEnd: Int64 {
        guard let turns, let last = turns.all.last else { return lanes.map(\.plan.executor.regularEnd).max() ?? 0 }
        return turns.order[last.number...].reduce(last.start) { $0 + lanes[$1].plan.executor.regularEnd }
    }

    /// The sum of a counter over the lanes.
    private func total(_ counter: KeyPath<LiveCounters, Int>) -> Int { lanes.reduce(0) { $0 + $1.live[keyPath: counter] } }

    /// Ends the run early: nothing starts any more; what is in flight is cut off after `drain`. The first reason
    /// given is the one reported; a later call can only shorten the drain.
    package func stop(reason: String, drain: Duration) { stop(reason: reason, byRule: false, drain: drain) }

    /// Ends the run early by a rule that somebody else watches.
    ///
    /// - Parameter drain: how long requests in flight may go on; nil for as long as the rules of a scenario let them.
    package func stop(byRule reason: String, drain: Duration? = nil) { stop(reason: reason, byRule: true, drain: drain ?? ruleDrain) }

    private func stop(reason: String, byRule: Bool, drain: Duration) {
        let shards = state.withLock { state in
            if state.stopReason == nil {
                state.stoppedByRule = byRule
                state.stoppedAt = max(0, clock.now)
            }
            state.stopReason = state.stopReason ?? reason
            return state.shards
        }
        for shard in shards { shard.stop(drain: drain.nanoseconds) }
    }

    /// `consume` for one lane, with its scenario's stop rules reading along. They act once.
    private func watched(
        _ consume: @escaping @Sendable (RunBatch) -> Void, _ lane: LoadLane
    ) -> @Sendable (RunBatch) -> Void {
        let rules = StopRules(lane.plan.faults)
        let pause = lane.context.pause
        guard rules != nil || pause != nil else { return consume }
        let watching = Mutex<StopRules?>(rules)
        return { [self] batch in
            consume(batch)
            let reason = watching.withLock { rules -> String? in
                // Time passes without records too.
                let records = if case .records(let records) = batch { records } else { [RunRecord]() }
                let reason = rules?.reason(afterReading: records, now: clock.now)
                if reason != nil { rules = nil }
                return reason ?? pause?.reasonToEnd(at: clock.now, planEnd: lane.plan.executor.regularEnd)
            }
            if let reason { stop(reason: reason, byRule: true, drain: ruleDrain) }
        }
    }

    // MARK: - Samples

    /// k6 samples its gauges every second (§4.8); so do we, and the generator's own cost with them.
    private func startSampling(consume: @escaping @Sendable (RunBatch) -> Void) {
        // Counted from the run's zero, which lies ahead, so that several tasks sample the same instants.
        consumer.repeat(first: clock.origin + 1_000_000_000, every: 1_000_000_000) { [self] in
            for sample in samples() { consume(.sample(sample)) }
        }
    }

    /// One of each lane; where none of them has the number 0, before them one of all together.
    private func samples() -> [GeneratorSample] {
        let usage = ProcessUsage.now()
        // The loops count on the first lane's counters, each lane's driver its own delays.
        let beats = lanes[0].live.takeBeats()
        let lost = losses.withLock { $0.take() }
        let absences = Double(lanes[0].live.takeAbsences()) / Double(workers.count)
        var process = GeneratorSample(
            time: clock.now, virtualUsers: 0, maxVirtualUsers: 0, inFlight: 0,
            cpuTime: usage.cpuTime, residentBytes: usage.residentBytes, loopDelay: lanes.map { $0.live.takeLoopDelay() }.max() ?? 0,
            beats: UInt32(clamping: beats.due), lateBeats: UInt32(clamping: beats.late),
            strayConnections: UInt32(clamping: lanes[0].live.takeStrays()),
            // From square microseconds to nanoseconds times seconds.
            readDelay: Int64(absences / 1000), runQueueWait: lost.runQueue, throttled: lost.throttled, stolen: lost.stolen,
            withoutDescriptors: DescriptorReserve.current.hasRoom ? 0 : 1)
        let parts = lanes.map { lane in
            var sample = process
            sample.arm = lane.arm
            sample.virtualUsers = UInt32(clamping: lane.live.active)
            sample.maxVirtualUsers = UInt32(clamping: lane.createdUsers)
            sample.inFlight = UInt32(clamping: lane.live.inFlight)
            return sample
        }
        guard !parts.contains(where: { $0.arm == 0 }) else { return parts }
        for part in parts {
            process.virtualUsers += part.virtualUsers
            process.maxVirtualUsers += part.maxVirtualUsers
            process.inFlight += part.inFlight
        }
        return [process] + parts
    }
}
