// Counts of streams from the shard to the file and back, and the trends that they make: the same as of all values one by one, but
// for the width of a bucket, and exactly the same in whatever parts they come.

import Base
import Foundation
import Generator
import TestSupport
import Testing

@testable import Metrics

struct StreamCountTests {
    private static func gaps(_ size: Int, seed: UInt64) -> [Int64] {
        (0..<size).map { index in
            let draw = SplitMix64.mix(seed << 32 + UInt64(index))
            return 1_000 + Int64(draw >> (30 + draw % 20))
        }
    }

    private static func counts(_ gaps: [Int64], label: UInt16 = 0) -> [StreamCount] {
        var truth: [UInt32: UInt32] = [:]
        for gap in gaps { truth[DurationBucket.of(nanoseconds: gap), default: 0] += 1 }
        return truth.sorted { $0.key < $1.key }.map { StreamCount(measure: .gap, label: label, bucket: $0.key, count: $0.value) }
    }

    @Test func bucketsAreThoseOfTheHistogram() {
        for gap in Self.gaps(10_000, seed: 1) {
            #expect(Int(DurationBucket.of(nanoseconds: gap)) == Histogram.key(of: Double(gap) / 1e6))
        }
        #expect(DurationBucket.of(nanoseconds: 0) == 0 && DurationBucket.of(nanoseconds: -5) == 0)
        #expect(Int(DurationBucket.end) == Histogram.key(of: .infinity))
    }

    @Test(arguments: [10, 4_000, 60_000]) func percentilesAreThoseOfAllGaps(size: Int) {
        let gaps = Self.gaps(size, seed: 2)
        var truth = Trend()
        for gap in gaps { truth.add(Double(gap) / 1e6) }
        var streams = StreamStatistics()
        for count in Self.counts(gaps) { streams.add(count) }
        #expect(streams.gaps.count == size)
        for percent in [0.0, 50, 90, 99, 100] {
            let (seen, expected) = (streams.gaps.percentile(percent), truth.percentile(percent))
            #expect(abs(seen - expected) <= 0.001 * expected, "p\(percent): \(seen), \(expected)")
        }
        #expect(abs(streams.gaps.average - truth.average) <= 0.0005 * truth.average)
    }

    @Test func partsMergeToTheWhole() {
        let gaps = Self.gaps(30_000, seed: 4)
        var whole = StreamStatistics()
        for count in Self.counts(gaps) { whole.add(count) }
        var parts = StreamStatistics()
        for part in [gaps[..<7], gaps[7..<4_000], gaps[4_000...]] {
            for count in Self.counts(Array(part)) { parts.add(count) }
        }
        let percents = stride(from: 0.0, through: 100, by: 0.5).map { $0 }
        #expect(parts.gaps.percentiles(percents) == whole.gaps.percentiles(percents))
    }

    @Test func theFileHandsBackWhatWasWritten() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/r.smlrec"
        let texts = TextTable()
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: texts)
        var counts = Self.counts(Self.gaps(1_000, seed: 5))
        counts += Self.counts(Self.gaps(3, seed: 6), label: 1)
        counts += [StreamCount(measure: .firstEvent, label: 1, bucket: 0, count: .max)]
        writer.append(counts)
        var record = RunRecord()
        record.firstToken = 5
        record.lastToken = 9
        record.chunks = 3_000_000
        record.flags = .answeredWhole
        [record].withUnsafeBufferPointer { writer.append($0) }
        try writer.finish(RunOutcome(.completed, duration: 1, endedUnixNanoseconds: 2))
        let reader = try RecordFileReader(path: path)
        var found: [StreamCount] = []
        var records: [RunRecord] = []
        try reader.forEachBatch {
            records += Array($0)
        } counts: {
            found += $0
        }
        #expect(found == counts)
        #expect(reader.unknownFrames == 0 && reader.recordCount == 1 && reader.outcome != nil)
        #expect(records.count == 1 && records[0].firstToken == 5 && records[0].lastToken == 9)
        #expect(records[0].flags == .answeredWhole && abs(records[0].chunks - 3_000_000) < 1_500)
    }

    @Test func metricsAreReadOffRecordsAndCounts() throws {
        var run = RunStatistics(labels: ["a", "b"], texts: TextTable(), mainURL: "http://h/")
        var record = Samples.request()
        record.flags.insert([.final, .hasChoices, .parsed])
        record.status = 200
        record.scheduled = 0
        record.started = 1_000_000
        record.firstToken = 51_000_000
        record.lastToken = 151_000_000
        record.end = 152_000_000
        record.chunks = 11
        record.promptTokens = 100
        record.completionTokens = 21
        run.consume(record)
        // Without usage: instants, and no number of tokens.
        record.completionTokens = -1
        record.promptTokens = -1
        record.iteration += 1
        run.consume(record)
        // No stream.
        record.firstToken = -1
        record.lastToken = -1
        record.chunks = 0
        record.flags.insert(.answeredWhole)
        record.iteration += 1
        run.consume(record)
        // Failed: none of it counts.
        record.firstToken = 9_000_000
        record.flags.remove(.hasChoices)
        record.iteration += 1
        run.consume(record)
        run.consume([StreamCount(measure: .gap, label: 0, bucket: DurationBucket.of(nanoseconds: 10_000_000), count: 20)])
        run.consume([StreamCount(measure: .gap, label: 7, bucket: 1, count: 20)])
        func trend(_ name: MetricName) -> TrendValue? {
            if case .trend(let value)? = Catalog[name].value(run) { value } else { nil }
        }
        #expect(trend(.ttft)?.count == 2 && trend(.ttft)?.max == 50)
        #expect(trend(.ttftFromSchedule)?.med == 51)
        #expect(trend(.timePerToken)?.count == 1 && trend(.timePerToken)?.avg == 5)
        #expect(trend(.tokensPerChunk)?.count == 1 && abs((trend(.tokensPerChunk)?.avg ?? 0) - 21.0 / 11) < 1e-9)
        #expect(trend("stream.chunks")?.avg == 11)
        #expect(trend("stream.prefill_tokens_per_second")?.avg == 2_000)
        #expect(trend(.interChunk)?.count == 20 && abs((trend(.interChunk)?.p99 ?? 0) - 10) < 0.01)
        #expect(run.answers.notStreamed.total == 1)
    }
}
