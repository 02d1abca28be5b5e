// The timeline against the records it was made of, in memory and through a summary.

import Base
import Foundation
import Generator
import TestSupport
import Testing

@testable import Metrics

struct TimelineTests {
    /// What the records say, second by second.
    private func count(_ records: [RunRecord], at instant: (RunRecord) -> Int64?, steps: Int, width: Int64 = 1) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: steps)
        for record in records {
            guard let instant = instant(record) else { continue }
            counts[Int(instant / (width * 1_000_000_000))] += record.kind == .dropped ? record.droppedArrivals : 1
        }
        return counts
    }

    @Test func saysWhatTheRecordsSay() throws {
        let records = Stream.records(count: 6_000, seed: 4).filter { $0.hop == 0 && ($0.kind != .request || $0.flags.contains(.final)) }
        let statistics = RunStatisticsTests.statistics(records, samples: Stream.samples(count: 6_000))
        let result = RunResult(statistics: statistics, context: Samples.context(), outcome: Samples.outcome)
        let timeline = try #require(result.timeline)
        let steps = timeline.buckets.count
        func isEnded(_ record: RunRecord) -> Bool { record.kind == .request && !record.flags.contains(.interrupted) }
        #expect(
            timeline.buckets.map(\.asked) == count(records, at: { $0.kind == .iterationEnd ? nil : max(0, $0.scheduled) }, steps: steps))
        #expect(timeline.buckets.map(\.started) == count(records, at: { $0.kind == .request ? $0.started : nil }, steps: steps))
        #expect(timeline.buckets.map(\.finished) == count(records, at: { isEnded($0) ? $0.end : nil }, steps: steps))
        #expect(timeline.buckets.map(\.failed) == count(records, at: { isEnded($0) && !$0.isSuccess ? $0.end : nil }, steps: steps))
        #expect(timeline.buckets.map(\.dropped) == count(records, at: { $0.kind == .dropped ? $0.scheduled : nil }, steps: steps))
        let good = records.filter { isEnded($0) && $0.isSuccess }
        #expect(timeline.buckets.map(\.latency.total) == count(good, at: { max(0, $0.scheduled) }, steps: steps))
        for (index, bucket) in timeline.buckets.enumerated() where !bucket.latency.isEmpty {
            let latencies = good.filter { max(0, $0.scheduled) / 1_000_000_000 == index }.map { $0.end - $0.started }
            #expect(bucket.latency.most == (latencies.max()! + 500) / 1_000)
            #expect(bucket.latency.least == (latencies.min()! + 500) / 1_000)
        }
        // Every failure is in the row of its kind.
        let rows = timeline.buckets.map(\.failures)
        for (kind, error) in result.errors.prefix(Timeline.keptFailures).enumerated() {
            #expect(rows.reduce(UInt64(0)) { $0 + UInt64($1[kind]) } == error.count)
        }
        #expect(timeline.buckets.map(\.generator.samples).reduce(0, +) == UInt64(Stream.samples(count: 6_000).count))
        let all = try #require(result.distributions)
        #expect(all.latency.total == UInt64(good.count))
        #expect(all.labels.reduce(0) { $0 + $1.latency.total } == UInt64(good.count))
    }

    @Test func isTheSameAfterASummary() throws {
        var statistics = RunStatisticsTests.statistics(
            Stream.records(count: 3_000, seed: 1) + [Samples.streamed()], samples: Stream.samples(count: 3_000))
        statistics.consume(Samples.streamCounts)
        let summary = SummaryBuilder.build(statistics: statistics, context: Samples.context(), outcome: Samples.outcome)
        let read = try Summary(jsonData: summary.jsonData(), path: "x").result
        #expect(read.timeline == summary.result.timeline)
        #expect(read.distributions == summary.result.distributions)
        #expect(read.timeline != nil && read.distributions?.firstToken.total == 1)
    }

    /// Every second of a day has 2,000 answers from 5 ms to a minute, as many different ones as there can be.
    @Test func aDayIsASmallFile() throws {
        var timeline = Timeline()
        for second in 0..<86_400 {
            let at = Int64(second) * 1_000_000_000
            timeline.update(at) {
                $0.started += 2_000
                $0.finished += 2_000
                $0.outputTokens += 345_678
                for step in 0..<20 {
                    let spread = Double((second &* 7_919 &+ step &* 104_729) % 6_000 + 5)
                    $0.latency.add(milliseconds: spread * spread / 600, times: 100)
                    $0.firstToken.add(milliseconds: spread / 3, times: 100)
                }
            }
            timeline.add(
                GeneratorSample(
                    time: at + 1, virtualUsers: 400, maxVirtualUsers: 400, inFlight: 400, cpuTime: at / 2, residentBytes: 123_456_789,
                    loopDelay: 1_234_567, beats: 50, lateBeats: 1))
        }
        let kept = try #require(timeline.kept(failuresInOrder: []))
        let bytes = TimelineDocument.json(kept).bytes(indentation: 2).count
        #expect(bytes < 2_000_000 && kept.buckets.count > 100, "\(bytes) bytes, \(kept.buckets.count) steps")
        #expect(kept.buckets.reduce(0) { $0 + $1.latency.total } == 86_400 * 2_000)
        #expect(Timeline(TimelineDocument.json(kept)) == kept)
    }

    @Test func aClosedLoopAsksForNothing() {
        let statistics = RunStatisticsTests.statistics(
            [Samples.request()], context: Samples.context(plannedArrivals: nil))
        let result = RunResult(statistics: statistics, context: Samples.context(plannedArrivals: nil), outcome: Samples.outcome)
        #expect(Summary(result).document[path: "sml", "timeline", "asked"] == .null)
        #expect(Summary(result).document[path: "sml", "distributions", "end_to_end_from_schedule_ms"] == .null)
    }

    /// A damaged file gives no timeline or a shorter one, never a crash.
    @Test(arguments: [
        #"{"step_seconds":0,"finished":[1]}"#, #"{"step_seconds":1,"finished":[]}"#, #"{"step_seconds":1}"#, "[]", "null",
        #"{"step_seconds":1,"finished":[1],"latency_ms":{"min":[5],"max":[4],"counts":[[160,1]]}}"#,
        #"{"step_seconds":1,"finished":[1],"latency_ms":{"min":[1],"max":[4],"counts":[[9999999999999,1]]}}"#,
        #"{"step_seconds":1,"finished":[1],"latency_ms":{"min":[1],"max":[4],"counts":[[160,-99999999999]]}}"#,
        #"{"step_seconds":1,"finished":[1e300],"failures":[[-5],"x"],"generator":{"in_flight":[1e300],"samples":[1e18]}}"#,
    ])
    func readsWhatIsDamaged(document: String) throws {
        let timeline = Timeline(try JSON.parse(document))
        #expect(timeline?.buckets.allSatisfy { $0.latency.isEmpty } ?? true)
    }
}
