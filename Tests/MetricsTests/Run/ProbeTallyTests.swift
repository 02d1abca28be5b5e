// A run with a probe: its load is to the byte what it is without one, and the probe what it would be alone; in the summary, out of
// the records file, and merged over tasks.

import Foundation
import Generator
import TestSupport
import Testing

@testable import Metrics

@Suite struct ProbeTallyTests {
    private let directory: ScratchDirectory

    init() throws { directory = try ScratchDirectory() }

    private static let load = Samples.context(plannedArrivals: 3_000)
    private static var probe: RunContext {
        var context = Samples.context(plannedArrivals: 40)
        context.plan.streams = true
        return context
    }
    private static var context: RunContext {
        var context = load
        context.probe = LaneDescription(name: "probe", arm: 1, context: probe)
        return context
    }
    private static var outcome: RunOutcome {
        var outcome = Samples.outcome
        outcome.probe = LaneOutcome(arm: 1, arrivalsDue: 40, connections: [ConnectionCount(address: "127.0.0.1:9", count: 4)])
        return outcome
    }

    private static let loadRecords = Stream.records(count: 3_000, seed: 7)
    private static let probeRecords = Stream.records(count: 40, seed: 8).map {
        var record = $0
        record.arm = 1
        guard record.kind == .request, record.isSuccess else { return record }
        record.firstToken = (record.started + record.end) / 2
        record.lastToken = record.end
        record.chunks = 4
        return record
    }
    /// Mixed as they come.
    private static let mixed = loadRecords.enumerated().flatMap { index, record in
        index % 75 == 0 && index / 75 < probeRecords.count ? [record, probeRecords[index / 75]] : [record]
    }
    private static let counts = [StreamCount(measure: .gap, label: 0, arm: 1, bucket: DurationBucket.of(nanoseconds: 5_000_000), count: 90)]

    private static func samples(_ arm: UInt16) -> [GeneratorSample] {
        Stream.samples(count: 3_000).map {
            var sample = $0
            sample.arm = arm
            if arm > 0 { sample.inFlight = 1 }
            return sample
        }
    }

    private static func alone(_ records: [RunRecord], _ samples: [GeneratorSample], _ context: RunContext) -> RunStatistics {
        var statistics = RunStatistics(context: context, texts: TextTable())
        records.withUnsafeBufferPointer { statistics.consume($0) }
        for sample in samples { statistics.consume(sample) }
        return statistics
    }

    private func file(_ name: String, context: RunContext, records: [RunRecord]) throws -> String {
        let path = directory.file(name)
        let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
        records.withUnsafeBufferPointer { writer.append($0) }
        writer.append(Self.counts)
        for index in Self.samples(0).indices {
            for arm in UInt16(0)...1 { writer.append(Self.samples(arm)[index]) }
        }
        try writer.finish(Self.outcome)
        return path
    }

    @Test func neitherIsInTheOthersFigures() throws {
        let summary = try SummaryBuilder.rebuild(fromRecords: file("records.smlrec", context: Self.context, records: Self.mixed))
        let without = SummaryBuilder.build(
            statistics: Self.alone(Self.loadRecords, Self.samples(0), Self.load), context: Self.load, outcome: Samples.outcome)
        var load = summary.result
        load.probes = []
        load.run = without.result.run
        #expect(SummaryWriter.document(load).json() == SummaryWriter.document(without.result).json())

        let probe = try #require(summary.result.probes.first)
        let own = Self.alone(Self.probeRecords, Self.samples(1), Self.probe)
        #expect(own.finished.total > 30)
        #expect(probe.metrics.count(.finished) == own.finished.total && summary.result.probes.count == 1)
        #expect(probe.metrics.trend(.ttft)?.count == Self.probeRecords.count { $0.firstToken >= 0 })
        #expect(probe.metrics.trend(.interChunk)?.count == 90 && summary.result.metrics.trend(.interChunk) == nil)
        #expect(probe.run?.plan.streams == true && probe.connections.map(\.count) == [4])
        #expect(
            probe.metrics.trend(.successLatency)
                == RunResult(statistics: own, context: Self.probe, outcome: Samples.outcome).metrics.trend(.successLatency)
        )
    }

    @Test func theSummaryIsReadBack() throws {
        let summary = try SummaryBuilder.rebuild(fromRecords: file("records.smlrec", context: Self.context, records: Self.mixed))
        let again = try Summary(jsonData: summary.jsonData(), path: "summary.json")
        #expect(again.result.probes.first?.metrics == summary.result.probes.first?.metrics)
        #expect(again.document[path: "sml", "probe", "stream", "ttft_ms", "med"] != nil)
        #expect(again.textBlock(color: false) == summary.textBlock(color: false))
        let text = summary.textBlock(color: false)
        let finished = summary.result.probes.first?.metrics.count(.finished) ?? 0
        #expect(text.contains("\(finished) requests beside the load") && text.contains("probe, ms"))
        #expect(!text.contains("streams, ms"))
    }

    @Test func tasksAreMerged() throws {
        let paths = try (0..<2).map { task in
            var context = Self.context
            context.task = TaskDescription(TaskShare(index: task, count: 2), plannedArrivals: 3_000, probe: 40)
            return try file("records.\(task).smlrec", context: context, records: Self.mixed.filter { Int($0.iteration) % 2 == task })
        }
        let merged = try MergedRun(recordsFiles: paths)
        #expect(merged.context.ofLane(1).plannedArrivals == 40 && merged.outcome.ofLane(1).arrivalsDue == 80)
        let result = SummaryBuilder.build(merged: merged).result
        let probe = try #require(result.probes.first)
        #expect(result.metrics.count(.finished) == Self.alone(Self.loadRecords, [], Self.load).finished.total)
        #expect(probe.metrics.count(.finished) == Self.alone(Self.probeRecords, [], Self.probe).finished.total)
        #expect(probe.metrics.trend(.interChunk)?.count == 180)
        #expect(result.tasks.reduce(0) { $0 + $1.finished } == result.metrics.count(.finished))
    }

    @Test func theLiveLineHasTheLoadsFiguresAndTheProbesFirstToken() {
        var tally = RunTally(context: Self.context, texts: TextTable())
        Self.mixed.withUnsafeBufferPointer { tally.consume($0) }
        func line(_ statistics: RunStatistics) -> ProgressSnapshot {
            ProgressSnapshot(statistics: statistics, elapsed: 60_000_000_000, total: 60_000_000_000, inFlight: 0)
        }
        var snapshot = line(tally.whole)
        #expect(snapshot == line(Self.alone(Self.loadRecords, [], Self.load)) && snapshot.firstTokenP50 == nil)
        snapshot.takeProbe(tally[1])
        #expect(snapshot.firstTokenP50 != nil && ProgressLine.plain(snapshot).contains("probe TTFT p50 "))
    }
}
