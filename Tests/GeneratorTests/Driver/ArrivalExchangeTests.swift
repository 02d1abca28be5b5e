// With a slot among the active users there is a user to be had, and never more of them than the limit, whatever shards
// do at the same time.

import Synchronization
import Testing

@testable import Generator

@Suite struct ArrivalExchangeTests {
    @Test func passesToWhoeverHasAUserIdle() {
        let exchange = ArrivalExchange(shards: 3)
        #expect(!exchange.takeUser(on: 0) && !exchange.pass(due: 5, from: 0))
        exchange.userIsIdle(on: 2)
        #expect(exchange.pass(due: 5, from: 0))
        #expect(!exchange.pass(due: 6, from: 1) && !exchange.takeUser(on: 2))
        #expect(!exchange.isClosed(for: 2))
        for _ in 0..<3 { exchange.hasNoMoreArrivals() }
        #expect(exchange.isClosed(for: 0) && !exchange.isClosed(for: 2))
        #expect(exchange.passedArrivals(to: 2) == [5] && exchange.passedArrivals(to: 2).isEmpty)
        #expect(exchange.isClosed(for: 2))
    }

    @Test(arguments: [(2, 1), (4, 3), (3, 7)]) func aSlotIsAUser(shards: Int, limit: Int) async {
        let exchange = ArrivalExchange(shards: shards)
        let live = LiveCounters()
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for shard in 0..<shards {
                group.addTask {
                    func retire() {
                        exchange.userIsIdle(on: shard)
                        live.deactivate()
                    }
                    for _ in 0..<5_000 {
                        for _ in exchange.passedArrivals(to: shard) {
                            counts.done.wrappingAdd(1, ordering: .relaxed)
                            retire()
                        }
                        guard live.activate(limit: limit) else {
                            counts.dropped.wrappingAdd(1, ordering: .relaxed)
                            continue
                        }
                        var found = false
                        for _ in 0..<1_000 where !found {
                            if exchange.takeUser(on: shard) || live.createUser(limit: limit) {
                                found = true
                                counts.done.wrappingAdd(1, ordering: .relaxed)
                                retire()
                            } else {
                                found = exchange.pass(due: 0, from: shard)
                            }
                        }
                        if !found { counts.missed.wrappingAdd(1, ordering: .relaxed) }
                    }
                }
            }
        }
        let left = (0..<shards).reduce(0) { $0 + exchange.passedArrivals(to: $1).count }
        #expect(counts.missed.load(ordering: .relaxed) == 0)
        #expect(live.created <= limit && live.active == left)
        #expect(counts.done.load(ordering: .relaxed) + counts.dropped.load(ordering: .relaxed) + left == 5_000 * shards)
    }

    private final class Counts: Sendable {
        let done = Atomic<Int>(0)
        let dropped = Atomic<Int>(0)
        let missed = Atomic<Int>(0)
    }
}
