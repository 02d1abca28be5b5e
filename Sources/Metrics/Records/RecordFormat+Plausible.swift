// What a frame must hold to be a record of ours. A file that was damaged (a disk, a transfer in text mode) would otherwise
// overflow the arithmetic or name a label that is not there; found by fuzzing.

import Generator

extension RecordFormat {
    /// 4.5 years: sums and differences of such instants are far from the limits of 64 bits.
    private static let instants = -(Int64(1) << 57)...(Int64(1) << 57)

    /// Whether `record` can have been written by a run with `labels` labels.
    static func isPlausible(_ record: RunRecord, labels: Int) -> Bool {
        instants.contains(record.scheduled) && instants.contains(record.started) && instants.contains(record.sent)
            && instants.contains(record.firstByte) && instants.contains(record.end)
            && instants.contains(record.firstToken) && instants.contains(record.lastToken)
            && Int(record.label) < labels
            && min(record.promptTokens, record.completionTokens, record.cachedTokens, record.reasoningTokens) >= -2
    }

    /// Whether `sample` can have been written by a run. The counts of 1,024 tasks are added up.
    static func isPlausible(_ sample: GeneratorSample) -> Bool {
        [sample.time, sample.loopDelay, sample.runQueueWait, sample.throttled, sample.stolen].allSatisfy(instants.contains)
            && (0..<(Int64(1) << 60)).contains(sample.readDelay)
            && [sample.cpuTime, sample.residentBytes].allSatisfy { (0..<(1 << 53)).contains($0) }
            && [sample.virtualUsers, sample.maxVirtualUsers, sample.inFlight].allSatisfy { (0..<(1 << 21)).contains($0) }
    }

    /// Whether `count` can have been written by a run with `labels` labels. Of one bucket no more can have come than fit
    /// its 32 bits; those of 1,024 tasks are added up.
    static func isPlausible(_ count: StreamCount, labels: Int) -> Bool {
        Int(count.label) < labels && count.bucket < DurationBucket.end
    }

    /// What is wrong with `context`, if it can be of no run: its wall clock can be added to (1970 to 2116), and its task
    /// is one of those there are.
    static func flaw(of context: RunContext) -> String? {
        guard (0...(Int64(1) << 62)).contains(context.startedUnixNanoseconds) else { return "the run began in no year of ours" }
        guard (0...(1 << 20)).contains(context.workers) else { return "\(context.workers) workers" }
        let arms = ((context.lanes ?? []) + [context.probe].compactMap { $0 }).map(\.arm)
        guard !arms.contains(0), Set(arms).count == arms.count else { return "lanes that cannot be told apart" }
        guard let task = context.task else { return nil }
        return (1...1024).contains(task.count) && (0..<task.count).contains(task.index) ? nil : "task \(task.index) of \(task.count)"
    }

    private static func isPlausible(_ lane: LaneOutcome) -> Bool {
        (0...(1 << 53)).contains(lane.arrivalsDue ?? 0) && isPlausible(lane.connections)
    }

    private static func isPlausible(_ connections: [ConnectionCount]?) -> Bool {
        (connections ?? []).allSatisfy { $0.count < 1 << 53 }
    }

    /// Whether `outcome` can be of a run: its times can be added to others, its count to those of 1,024 tasks.
    static func isPlausible(_ outcome: RunOutcome) -> Bool {
        instants.contains(outcome.duration) && (0...(Int64(1) << 62)).contains(outcome.endedUnixNanoseconds)
            && outcome.lostRecords < 1 << 53 && instants.contains(outcome.planEnd ?? 0)
            && (0...(1 << 53)).contains(outcome.arrivalsDue ?? 0)
            && (outcome.turns ?? []).allSatisfy { [$0.start, $0.end, $0.emptied].allSatisfy(instants.contains) }
            && isPlausible(outcome.connections) && (outcome.lanes ?? []).allSatisfy(isPlausible)
            && (outcome.probe.map(isPlausible) ?? true)
    }
}
