// A run of several tasks, read from their records files as if one process had written them all: percentiles come from
// all requests together, never from percentiles. What is missing is said, not smoothed over.

import Generator

/// The union of several tasks' records.
package struct MergedRun: Sendable {
    package let tally: RunTally
    package var statistics: RunStatistics { tally.whole }
    /// Of the whole run.
    package let context: RunContext
    package let outcome: RunOutcome
    /// One for each task of the plan, in order.
    package let tasks: [TaskOutcome]

    /// Tasks whose part is missing or incomplete.
    package var lost: [TaskOutcome] { tasks.filter { $0.state != .complete } }

    /// - Parameter paths: records files of tasks of one run, in any order, which makes no difference. A task without one is ``TaskOutcome/State/missing``.
    /// - Throws: ``RecordFileError``; ``MergeError`` when they do not belong together.
    package init(recordsFiles paths: [String]) throws {
        let texts = TextTable()
        // Sums of floating-point numbers depend on their order in the last digit.
        let readers = try paths.map { try RecordFileReader(path: $0, texts: texts) }
            .sorted { ($0.context.task?.index ?? 0) < ($1.context.task?.index ?? 0) }
        guard let first = readers.first, let plan = first.context.task else {
            throw MergeError(path: paths.first ?? "", reason: "holds a whole run, not a task's part of one")
        }
        var context = first.context
        context.plannedArrivals = plan.plannedArrivals
        // A lane's arrivals are its plan's, of which this task knows its own part.
        for index in (context.lanes ?? []).indices { context.lanes?[index].plannedArrivals = plan.arrivals(ofLane: index) }
        context.probe?.plannedArrivals = plan.probe
        context.task = nil
        var tally = RunTally(context: context, texts: texts)
        var tasks = (0..<plan.count).map { TaskOutcome(index: $0, state: .missing) }
        // By lane and task.
        var samples: [UInt16: [[GeneratorSample]]] = [:]
        var outcomes: [RunOutcome] = []
        for reader in readers {
            let task = try Self.index(of: reader, among: tasks, like: first)
            tasks[task].host = reader.context.machine.host
            tasks[task].workers = reader.context.workers
            try reader.forEachBatch { batch in
                tally.consume(batch)
                for record in batch where record.arm == 0 || record.arm != first.context.probe?.arm { tasks[task].consume(record) }
            } sample: {
                samples[$0.arm, default: Array(repeating: [], count: plan.count)][task].append($0)
            } counts: {
                tally.consume($0)
            }
            tasks[task].outcome = reader.outcome
            tasks[task].state = reader.outcome == nil ? .cutOff : .complete
            if let outcome = reader.outcome { outcomes.append(outcome) }
        }
        for (arm, parts) in samples.sorted(by: { $0.key < $1.key }) {
            for var sample in SampleMerge.merged(parts) {
                sample.arm = arm
                tally.consume(sample)
            }
        }
        context.workers = tasks.reduce(0) { $0 + $1.workers }
        self.tally = tally
        self.context = context
        self.tasks = tasks
        outcome = Self.outcome(outcomes, tasks: tasks, statistics: tally.whole, context: context)
    }

    /// Which task `reader` is.
    private static func index(
        of reader: RecordFileReader, among tasks: [TaskOutcome], like first: RecordFileReader
    ) throws(MergeError) -> Int {
        func demand(_ what: String, _ isSame: Bool) throws(MergeError) {
            guard isSame else { throw MergeError(path: reader.path, reason: "another \(what) than \(first.path)") }
        }
        let own = reader.context
        let other = first.context
        guard let task = own.task else {
            throw MergeError(path: reader.path, reason: "holds a whole run, not a task's part of one")
        }
        try demand("number of tasks", task.count == other.task?.count)
        try demand("run label", own.runLabel == other.runLabel)
        try demand("start", own.startedUnixNanoseconds == other.startedUnixNanoseconds)
        try demand("plan", own.plan == other.plan && own.resolvedScenario == other.resolvedScenario)
        try demand("server", own.url == other.url)
        try demand("set of lanes", own.lanes?.map(\.name) == other.lanes?.map(\.name) && own.lanes?.map(\.url) == other.lanes?.map(\.url))
        try demand("probe", (own.probe == nil) == (other.probe == nil))
        try demand("corpus", own.labels == other.labels && own.corpus.prompts == other.corpus.prompts)
        guard tasks.indices.contains(task.index), tasks[task.index].state == .missing else {
            throw MergeError(path: reader.path, reason: "task \(task.index) is there twice")
        }
        return task.index
    }

    /// Known when each task says its own.
    private static func arrivalsDue(_ outcomes: [RunOutcome], tasks: [TaskOutcome]) -> Int? {
        let due = outcomes.compactMap(\.arrivalsDue)
        return due.count == tasks.count ? due.reduce(0, +) : nil
    }

    private static func outcome(
        _ outcomes: [RunOutcome], tasks: [TaskOutcome], statistics: RunStatistics, context: RunContext
    ) -> RunOutcome {
        let last = max(statistics.lastData, statistics.lastIteration, statistics.generator.last?.time ?? 0)
        let duration = outcomes.map(\.duration).max() ?? last
        let early = outcomes.first { $0.kind != .completed }
        let lost = tasks.filter { $0.state != .complete }.map { String($0.index) }
        let reason = lost.isEmpty ? early?.reason : "lost task " + lost.joined(separator: ", ") + " of \(tasks.count)"
        return RunOutcome(
            lost.isEmpty ? early?.kind ?? .completed : .interrupted, reason: reason, duration: duration,
            endedUnixNanoseconds: context.startedUnixNanoseconds + duration,
            lostRecords: outcomes.reduce(0) { $0 + $1.lostRecords }, planEnd: outcomes.compactMap(\.planEnd).max(),
            arrivalsDue: arrivalsDue(outcomes, tasks: tasks), connections: ConnectionCount.merged(outcomes.compactMap(\.connections)),
            lanes: context.lanes?.map { lane(outcomes, $0.arm, tasks: tasks) },
            probe: context.probe.map { lane(outcomes, $0.arm, tasks: tasks) })
    }

    private static func lane(_ outcomes: [RunOutcome], _ arm: UInt16, tasks: [TaskOutcome]) -> LaneOutcome {
        let parts = outcomes.map { $0.ofLane(arm) }
        return LaneOutcome(
            arm: arm, arrivalsDue: arrivalsDue(parts, tasks: tasks), connections: ConnectionCount.merged(parts.compactMap(\.connections)))
    }
}

/// Records files that are not of one run; `description` is one line for the user.
package struct MergeError: Error, Equatable, CustomStringConvertible {
    package var path: String
    package var reason: String
    package var description: String { "\(path): \(reason)" }
}
