// Gaps counted by bucket against the same gaps sorted and counted one by one.

import Testing

@testable import Generator

struct GapCountsTests {
    @Test func countsAreThoseOfAllGapsWhateverTheirOrder() {
        var random = SplitMix(seed: 3)
        for size in [0, 1, 255, 256, 257, 5_000] {
            var gaps = GapCounts()
            var truth: [UInt32: UInt32] = [:]
            for _ in 0..<size {
                // From 1 ns to half a minute, and none at all.
                let gap = Int64(random.next() >> UInt64(29 + random.below(36))) - 1
                gaps.add(gap)
                truth[DurationBucket.of(nanoseconds: gap), default: 0] += 1
            }
            let counts = gaps.counts()
            #expect(counts.map(\.bucket) == truth.keys.sorted())
            #expect(counts.allSatisfy { truth[$0.bucket] == $0.count })
        }
    }

    @Test func memoryIsThatOfTheBuckets() {
        var gaps = GapCounts()
        for index in 0..<1_000_000 { gaps.add(20_000_000 + Int64(index % 7) * 1_000_000) }
        let counts = gaps.counts()
        #expect(counts.count == 7 && counts.reduce(0) { $0 + Int($1.count) } == 1_000_000)
    }

    @Test func tallyAddsUpByLabelAndMeasure() {
        var tally = StreamTally()
        #expect(tally.dueAt == .max)
        for label in [UInt16(0), 3, 3] {
            var times = TokenTimes()
            times.event(at: 1_000_000)
            times.chunk(isContent: false, isReasoning: true, at: 2_000_000)
            times.chunk(isContent: true, isReasoning: false, at: 5_000_000)
            tally.add(times, label: label, started: 0, now: 7)
        }
        #expect(tally.dueAt == 7 + StreamTally.maximumAge)
        let counts = tally.take()
        func count(_ measure: StreamMeasure, _ label: UInt16, _ nanoseconds: Int64) -> StreamCount {
            StreamCount(
                measure: measure, label: label, bucket: DurationBucket.of(nanoseconds: nanoseconds), count: label == 3 ? 2 : 1)
        }
        #expect(
            counts == [
                count(.gap, 0, 3_000_000), count(.gap, 3, 3_000_000), count(.firstEvent, 0, 1_000_000),
                count(.firstEvent, 3, 1_000_000), count(.firstContent, 0, 5_000_000), count(.firstContent, 3, 5_000_000),
            ])
        #expect(tally.dueAt == .max && tally.take().isEmpty)
    }
}
