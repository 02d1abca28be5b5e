// A run with lanes: what each of them came to is what it would have come to alone, in the summary, out of the records file and
// merged over tasks; a run without lanes is what it was.

import Foundation
import Generator
import TestSupport
import Testing

@testable import Metrics

@Suite struct RunTallyTests {
    private let directory: ScratchDirectory

    init() throws { directory = try ScratchDirectory() }

    private static let urls = ["http://a.example/v1/chat/completions", "http://b.example/v1/chat/completions"]

    private static func own(_ index: Int) -> RunContext {
        var context = Samples.context(plannedArrivals: 50)
        context.url = urls[index]
        context.model = "model-\(index)"
        return context
    }

    private static var context: RunContext {
        var context = own(0)
        context.plannedArrivals = 100
        context.lanes = [
            LaneDescription(name: "a", arm: 1, context: own(0)), LaneDescription(name: "b", arm: 2, context: own(1)),
        ]
        return context
    }

    private static var outcome: RunOutcome {
        var outcome = Samples.outcome
        outcome.lanes = [
            LaneOutcome(arm: 1, connections: [ConnectionCount(address: "127.0.0.1:1", count: 2)]),
            LaneOutcome(arm: 2, connections: [ConnectionCount(address: "127.0.0.1:2", count: 3)]),
        ]
        return outcome
    }

    /// The records of two different runs, told apart by their arm, with the same numbers of iterations; some are redirected.
    private static let parts: [[RunRecord]] = (UInt16(1)...2).map { arm in
        Stream.records(count: 3_000, seed: UInt64(arm) + 6).flatMap { record -> [RunRecord] in
            var record = record
            record.arm = arm
            guard record.kind == .request, record.iteration % 50 == 3, record.isSuccess else { return [record] }
            var hop = record
            hop.end = record.started + 4_000_000
            hop.status = 307
            hop.flags = []
            record.hop = 1
            record.started += 5_000_000
            return [hop, record]
        }
    }
    /// As they come when both arms run: one here, one there.
    private static let mixed = (0..<max(parts[0].count, parts[1].count)).flatMap { index in
        parts.compactMap { $0.indices.contains(index) ? $0[index] : nil }
    }

    private static func samples(_ arm: UInt16) -> [GeneratorSample] {
        Stream.samples(count: 3_000).map {
            var sample = $0
            sample.arm = arm
            sample.inFlight = arm == 0 ? 10 : UInt32(arm) * 2
            return sample
        }
    }

    private static func alone(_ index: Int) -> RunResult {
        let context = context.ofLane(UInt16(index + 1))
        var statistics = RunStatistics(context: context, texts: TextTable())
        parts[index].withUnsafeBufferPointer { statistics.consume($0) }
        for sample in samples(UInt16(index + 1)) { statistics.consume(sample) }
        return RunResult(statistics: statistics, context: context, outcome: outcome.ofLane(UInt16(index + 1)))
    }

    private func file() throws -> String {
        let path = directory.file("records.smlrec")
        let writer = try RecordFileWriter(path: path, context: Self.context, texts: TextTable())
        Self.mixed.withUnsafeBufferPointer { writer.append($0) }
        for index in Self.samples(0).indices {
            for arm in UInt16(0)...2 { writer.append(Self.samples(arm)[index]) }
        }
        try writer.finish(Self.outcome)
        return path
    }

    @Test func eachLaneIsWhatItWouldBeAlone() throws {
        let summary = try SummaryBuilder.rebuild(fromRecords: file())
        #expect(summary.result.lanes.map(\.name) == ["a", "b"])
        for index in 0...1 {
            let expected = Self.alone(index)
            let found = summary.result.lanes[index].result
            #expect(SummaryWriter.document(found) == SummaryWriter.document(expected))
            #expect(found.run?.url == Self.urls[index] && found.run?.model == "model-\(index)")
            #expect(found.connections.map(\.count) == [UInt64(index + 2)])
        }
        let whole = summary.result.metrics
        let parts = summary.result.lanes.map(\.result.metrics)
        for name in [MetricName.started, .finished, .failed, .httpRequests] {
            #expect(whole.count(name) == parts[0].count(name) + parts[1].count(name))
        }
    }

    @Test func theSummaryIsReadBack() throws {
        let summary = try SummaryBuilder.rebuild(fromRecords: file())
        let again = try Summary(jsonData: summary.jsonData(), path: "summary.json")
        #expect(again.result.lanes.count == 2)
        for (found, written) in zip(again.result.lanes, summary.result.lanes) {
            #expect(found.name == written.name && found.result.run == written.result.run)
            #expect(found.result.metrics == written.result.metrics && found.result.labels == written.result.labels)
            #expect(found.result.certainty == written.result.certainty)
        }
        #expect(again.document[path: "sml", "arms", "b", "metrics", "http_reqs"] != nil)
    }

    @Test func tasksAreMergedByLane() throws {
        let paths = try (0..<2).map { task in
            let path = directory.file("records.\(task).smlrec")
            var context = Self.context
            context.task = TaskDescription(TaskShare(index: task, count: 2), plannedArrivals: 200, lanes: [100, 100])
            let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
            Self.mixed.filter { Int($0.iteration) % 2 == task }.withUnsafeBufferPointer { writer.append($0) }
            try writer.finish(Self.outcome)
            return path
        }
        let merged = try MergedRun(recordsFiles: paths)
        #expect(merged.context.ofLane(2).plannedArrivals == 100 && merged.context.plannedArrivals == 200)
        let lanes = SummaryBuilder.build(merged: merged).result.lanes
        for index in 0...1 {
            let expected = Self.alone(index).metrics
            #expect(lanes[index].result.metrics.count(.finished) == expected.count(.finished))
            #expect(lanes[index].result.metrics.trend(.successLatency) == expected.trend(.successLatency))
        }
        #expect(lanes[1].result.connections.map(\.count) == [6])
    }

    /// The same document, to the byte, whether its records went through a tally or not.
    @Test func aRunWithoutLanesIsWhatItWas() throws {
        let context = Samples.context()
        let records = Stream.records(count: 3_000, seed: 3)
        var tally = RunTally(context: context, texts: TextTable())
        var statistics = RunStatistics(context: context, texts: TextTable())
        records.withUnsafeBufferPointer {
            tally.consume($0)
            statistics.consume($0)
        }
        let found = SummaryBuilder.build(tally: tally, context: context, outcome: Samples.outcome)
        #expect(found.jsonData() == SummaryBuilder.build(statistics: statistics, context: context, outcome: Samples.outcome).jsonData())
        #expect(found.document[path: "sml", "arms"] == nil)
    }
}
