import Testing

@testable import Statistics

@Suite struct BlockCutTests {
    @Test func sharedTimeIsCutEqually() {
        let cut = BlockCut(100..<300, blocks: 4)
        #expect([99, 100, 149, 150, 299, 300].map { cut.block(of: $0, .a) } == [nil, 0, 0, 1, 3, nil])
        #expect(cut.block(of: 160, .b) == 1 && close(cut.seconds(of: 2, .b), 50e-9, within: 1e-12))
    }

    @Test func turnsArePaired() {
        let a: [Range<Int64>] = [0..<10, 50..<60, 60..<70, 110..<120], b: [Range<Int64>] = [20..<30, 30..<40, 80..<90, 90..<100]
        let pairs = BlockCut(a: a, b: b, blocks: 4)
        #expect([0, 9, 10, 55, 60, 119, 120].map { pairs.block(of: $0, .a) } == [0, 0, nil, 1, 2, 3, nil])
        #expect([0, 20, 39, 85, 99].map { pairs.block(of: $0, .b) } == [nil, 0, 1, 2, 3])
        // Fewer blocks than pairs: pairs that follow each other.
        let halves = BlockCut(a: a, b: b, blocks: 2)
        #expect(
            [5, 55, 65, 115].map { halves.block(of: $0, .a) } == [0, 0, 1, 1] && close(halves.seconds(of: 1, .b), 20e-9, within: 1e-12))
    }

    /// Blocks of shared time follow each other without a gap; those of turns reach from their first turn to their last.
    @Test func blocksHaveTheirTime() {
        #expect((0..<3).map { BlockCut(100..<200, blocks: 3).span(of: $0) } == [100..<133, 133..<166, 166..<200])
        let a: [Range<Int64>] = [0..<10, 50..<60, 60..<70, 110..<120], b: [Range<Int64>] = [20..<30, 30..<40, 80..<90, 90..<100]
        #expect((0..<4).map { BlockCut(a: a, b: b, blocks: 4).span(of: $0) } == [0..<30, 30..<60, 60..<90, 90..<120])
        #expect((0..<2).map { BlockCut(a: a, b: b, blocks: 2).span(of: $0) } == [0..<60, 60..<120])
    }

    @Test func howMuchLongerWouldDo() {
        // 1,000 requests in 50 s: p99 needs 4,000 for eight blocks of five beyond it.
        #expect(close(BlockPlan.moreSeconds(p: 0.99, requests: 1_000, seconds: 50, p99Seconds: 1), 150, within: 1e-6))
        #expect(close(BlockPlan.moreSeconds(p: 0.5, requests: 1_000, seconds: 50, p99Seconds: 10), 30, within: 1e-6))
        #expect(BlockPlan.moreSeconds(p: 0.5, requests: 1_000, seconds: 50, p99Seconds: 1) == 0)
    }
}
