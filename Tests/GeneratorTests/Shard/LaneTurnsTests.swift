// Whose turn it is, told by shards that finish one after the other.

import Testing

@testable import Generator

@Suite struct LaneTurnsTests {
    @Test func theLastShardOpensTheNextTurn() {
        let turns = LaneTurns(order: [0, 1, 1], shards: 2)
        #expect(turns.all == [.init(number: 0, lane: 0, start: 0)] && turns.turn(1) == nil && !turns.isOver)
        var opened: [Int] = []
        turns.finish(at: 100) { opened.append($0) }
        #expect(turns.turn(1) == nil && opened.isEmpty)
        turns.finish(at: 250) { opened.append($0) }
        #expect(opened == [1] && turns.all[0].emptied == 250)
        #expect(turns.turn(1) == .init(number: 1, lane: 1, start: 250 + LaneTurns.pause))
        for time in [900, 901] as [Int64] { turns.finish(at: time) { opened.append($0) } }
        for time in [1_900, 1_901] as [Int64] { turns.finish(at: time) { opened.append($0) } }
        #expect(opened == [1, 1] && turns.isOver && turns.turn(3) == nil)
        #expect(turns.all.map(\.emptied) == [250, 901, 1_901])
    }

    @Test func anEndedRunHasNoNextTurn() {
        let turns = LaneTurns(order: [0, 1], shards: 2)
        turns.finish(at: 1) { _ in }
        turns.end()
        #expect(!turns.isOver)
        turns.finish(at: 2) { _ in Issue.record("opened") }
        #expect(turns.isOver && turns.turn(1) == nil)
    }
}
