// When one more request may go out on a shared connection, and which connections and instants are whose: values.

import Scenarios
import Testing

@testable import Generator

@Suite struct StreamGateTests {
    @Test func oneGoesAloneUntilTheServersSettingsAreKnown() {
        var gate = StreamGate()
        #expect(gate.mayStart(0) && !gate.mayStart(1))
        gate.streams = 1
        #expect(!gate.mayStart(0))
        gate.isProven = true
        #expect(gate.mayStart(0) && gate.mayStart(5_000))
    }

    @Test func aLimitThatWasMetHolds() {
        var gate = StreamGate()
        gate.isProven = true
        gate.streams = 8
        gate.limit = 8
        #expect(!gate.mayStart(0))
        gate.streams = 6
        #expect(gate.mayStart(0) && gate.mayStart(1) && !gate.mayStart(2))
    }

    @Test(arguments: [(1, 1), (4, 2), (5, 2), (7, 3), (8, 8)])
    func shardsHaveAllConnectionsBetweenThem(total: Int, shards: Int) {
        let parts = (0..<shards).map { ConnectionPart(of: total, shard: $0, shards: shards) }
        #expect(parts.allSatisfy { $0.count > 0 })
        #expect(parts.flatMap { part in (0..<part.count).map(part.number(of:)) }.sorted() == Array(0..<total))
    }

    @Test func connectionsAreSpreadOverTheTimeThereIs() {
        let lead = ConnectionPace.lead(1_000).nanoseconds
        var plan = Preconnection(1_000, now: -lead)
        var instants: [Int64] = []
        while plan.due < 0 {
            let due = plan.due
            #expect(plan.take(at: due - 1) == nil)
            #expect(plan.take(at: due) == instants.count)
            instants.append(due)
        }
        #expect(instants.count == 1_000 && plan.due == .max)
        #expect(zip(instants, instants.dropFirst()).allSatisfy { $1 - $0 == ConnectionPace.between.nanoseconds })
        #expect(instants.last! <= -ConnectionPace.rest.nanoseconds)
    }

    /// A start that others have agreed on may be near: what is not begun by then is left to the requests.
    @Test func nothingIsBegunAfterTheZero() {
        var plan = Preconnection(10, now: -100)
        #expect(plan.take(at: 0) == nil && plan.due == .max)
        #expect(Preconnection(0, now: -1_000).due == .max)
    }
}
