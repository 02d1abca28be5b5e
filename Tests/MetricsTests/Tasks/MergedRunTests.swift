// Merging the tasks' records gives what one process with all the records would have computed.

import Base
import Foundation
import Generator
import TestSupport
import Testing

@testable import Metrics

@Suite struct MergedRunTests {
    private let directory: ScratchDirectory
    private let records = Stream.records(count: 9_000, seed: 7)

    init() throws { directory = try ScratchDirectory() }

    private func context(task: Int, of count: Int) -> RunContext {
        var context = Samples.context(plannedArrivals: 50)
        context.task = TaskDescription(TaskShare(index: task, count: count), plannedArrivals: 101)
        context.machine.host = "node\(task)"
        return context
    }

    /// Task `task`'s file: every `count`-th record of the stream. Without an end if `killed`.
    private func write(
        task: Int, of count: Int, killed: Bool = false, _ change: (inout RunContext) -> Void = { _ in }
    ) throws -> String {
        let path = directory.file("records.\(task)-\(UUID().uuidString).smlrec")
        var context = context(task: task, of: count)
        change(&context)
        let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
        let mine = records.enumerated().filter { $0.offset % count == task }.map(\.element)
        mine.withUnsafeBufferPointer { writer.append($0) }
        var outcome = Samples.outcome
        outcome.duration += Int64(task)
        outcome.connections = [ConnectionCount(address: "127.0.0.1:8000", httpVersion: "HTTP/1.1", count: 3)]
        try writer.finish(outcome)
        if killed {
            let bytes = try Data(contentsOf: URL(filePath: path))
            try bytes.prefix(bytes.count - RecordFormat.frameSize * 10 - 50).write(to: URL(filePath: path))
        }
        return path
    }

    @Test(arguments: [1, 2, 3]) func equalsTheUnion(count: Int) throws {
        let paths = try (0..<count).reversed().map { try write(task: $0, of: count) }
        let merged = try MergedRun(recordsFiles: paths)
        #expect(merged.lost.isEmpty)
        #expect(merged.outcome.kind == .completed)
        #expect(merged.outcome.duration == Samples.outcome.duration + Int64(count - 1))
        #expect(merged.outcome.connections?.map(\.count) == [UInt64(3 * count)])
        #expect(merged.tasks.map(\.host) == (0..<count).map { "node\($0)" })

        let union = RunStatisticsTests.statistics(records)
        var context = Samples.context(plannedArrivals: 101)
        context.workers = 2 * count
        context.machine.host = merged.context.machine.host
        #expect(merged.context == context)
        let expected = SummaryBuilder.build(statistics: union, context: context, outcome: merged.outcome).document
        let found = try SummaryBuilder.rebuild(fromRecords: paths).document
        for key in ["metrics", "latency", "throughput", "tokens", "root_group"] { #expect(isSame(found[key], expected[key]), "\(key)") }
        for key in [
            "counts", "rates", "tokens", "prompts", "latency", "labels", "lateness", "interrupted", "errors", "connections",
            "finish_reasons",
        ] {
            #expect(isSame(found[path: "sml", key], expected[path: "sml", key]), "\(key)")
        }
        #expect(found[path: "sml", "tasks", "count"]?.integer == Int64(count))
        #expect(found[path: "sml", "tasks", "lost"]?.elements.isEmpty == true)
        let started = found[path: "sml", "tasks", "each"]?.elements.compactMap { $0["started"]?.integer }.reduce(0, +)
        #expect(started == found[path: "sml", "counts", "started"]?.integer)
    }

    /// How it went over time is that of one process with all the records, second by second: also when a task's part lasted into
    /// other seconds than another's, and after a summary.
    @Test(arguments: [1, 2, 3]) func theTimelineIsThatOfTheUnion(count: Int) throws {
        let paths = try (0..<count).map { try write(task: $0, of: count) }
        let merged = try MergedRun(recordsFiles: paths)
        let union = RunResult(
            statistics: RunStatisticsTests.statistics(records), context: Samples.context(plannedArrivals: 101), outcome: merged.outcome)
        let summary = try SummaryBuilder.rebuild(fromRecords: paths)
        let expected = try #require(union.timeline)
        #expect(expected.buckets.count == 11 && expected.buckets.allSatisfy { $0.finished > 0 })
        #expect(summary.result.timeline == expected)
        #expect(try Summary(jsonData: summary.jsonData(), path: "x").result.timeline == expected)
        #expect(summary.result.distributions == union.distributions)
    }

    /// Of lanes too: each arm's time is that of its own records, whichever task wrote them.
    @Test func theTimelinesOfArmsAreThoseOfTheUnion() throws {
        func lanes(_ context: inout RunContext) {
            context.lanes = ["a", "b"].enumerated().map { LaneDescription(name: $1, arm: UInt16($0 + 1), context: context) }
            context.task?.lanes = [101, 101]
        }
        let armed = records.enumerated().map { index, record in
            var record = record
            record.arm = UInt16(index / 3 % 2 + 1)
            return record
        }
        let paths = try (0..<3).map { task in
            let path = directory.file("arms.\(task).smlrec")
            var context = context(task: task, of: 3)
            lanes(&context)
            let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
            armed.enumerated().filter { $0.offset % 3 == task }.map(\.element).withUnsafeBufferPointer { writer.append($0) }
            try writer.finish(Samples.outcome)
            return path
        }
        let found = try SummaryBuilder.rebuild(fromRecords: paths).result
        #expect(found.lanes.map(\.name) == ["a", "b"])
        for (index, lane) in found.lanes.enumerated() {
            let own = armed.filter { $0.arm == UInt16(index + 1) }
            let union = RunResult(
                statistics: RunStatisticsTests.statistics(own), context: Samples.context(plannedArrivals: 101), outcome: Samples.outcome)
            #expect(lane.result.timeline == union.timeline && lane.result.timeline != nil)
        }
    }

    /// Equal, but for the last digits of averages: sums were made in another order.
    private func isSame(_ left: JSON?, _ right: JSON?) -> Bool {
        switch (left, right) {
        case (.object(let left)?, .object(let right)?):
            left.map(\.key) == right.map(\.key)
                && zip(left, right).allSatisfy { one, other in
                    one.key == "avg"
                        ? abs((one.value.number ?? 0) - (other.value.number ?? 1)) <= 1e-12 * abs(one.value.number ?? 0)
                        : isSame(one.value, other.value)
                }
        default: left == right
        }
    }

    @Test func lostTasksAreNamed() throws {
        let merged = try MergedRun(recordsFiles: [write(task: 1, of: 3, killed: true), write(task: 0, of: 3)])
        #expect(merged.tasks.map(\.state) == [.complete, .cutOff, .missing])
        #expect(merged.outcome.kind == .interrupted)
        #expect(merged.outcome.reason == "lost task 1, 2 of 3")
        let summary = SummaryBuilder.build(merged: merged)
        #expect(summary.document[path: "sml", "tasks", "lost"]?.elements.compactMap(\.integer) == [1, 2])
        #expect(summary.textBlock(color: false).contains("tasks        3, lost 1, 2"))
        // The whole plan is what was asked for, whoever is missing.
        #expect(summary.document[path: "sml", "counts", "planned"]?.integer == 101)
    }

    @Test func filesOfAnotherRunAreRefused() throws {
        let zero = try write(task: 0, of: 2)
        func reason(_ path: String) -> String {
            do {
                _ = try MergedRun(recordsFiles: [zero, path])
                return "none"
            } catch { return (error as? MergeError)?.reason ?? "\(error)" }
        }
        #expect(reason(zero) == "task 0 is there twice")
        #expect(reason(try write(task: 1, of: 3)) == "another number of tasks than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.runLabel = "x" }) == "another run label than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.startedUnixNanoseconds += 1 }) == "another start than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.plan.parameters["rate"] = .whole(3) }) == "another plan than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.url = "http://other/" }) == "another server than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.labels = ["x"] }) == "another corpus than \(zero)")
        #expect(reason(try write(task: 1, of: 2) { $0.task = nil }) == "holds a whole run, not a task's part of one")
    }

    @Test func samplesOfOneSecondAddUp() throws {
        func sample(_ seconds: Double, _ users: UInt32, cpu: Int64, delay: Int64 = 1) -> GeneratorSample {
            GeneratorSample(
                time: Int64((seconds * 1e9).rounded()), virtualUsers: users, maxVirtualUsers: 10, inFlight: users, cpuTime: cpu,
                residentBytes: 100, loopDelay: delay, beats: 50, lateBeats: 1)
        }
        let merged = SampleMerge.merged([
            [sample(1.001, 3, cpu: 1000), sample(2.002, 4, cpu: 1100), sample(3.0, 5, cpu: 1200), sample(3.2, 0, cpu: 1210)],
            [sample(2.010, 7, cpu: 50, delay: 9)],
            [],
        ])
        #expect(merged.map(\.virtualUsers) == [3, 11, 7])
        #expect(merged.map(\.cpuTime) == [1050, 1150, 1260])
        #expect(merged.map(\.loopDelay) == [1, 9, 1])
        #expect(merged.map(\.time) == [1_001_000_000, 2_010_000_000, 3_200_000_000])
        #expect(merged.map(\.residentBytes) == [100, 200, 200])
        // Heartbeats are counts of an interval: each is added once, the last sample's to those of its second.
        #expect(merged.map(\.beats) == [50, 100, 100] && merged.map(\.lateBeats) == [1, 2, 2])
        // One task alone: nothing is made up.
        #expect(SampleMerge.merged([[sample(1, 3, cpu: 5)]]) == [sample(1, 3, cpu: 5)])
    }
}
