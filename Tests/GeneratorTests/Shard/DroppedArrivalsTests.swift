// Drops are all counted, in the second they were due, and in a bounded number of records.

import Dispatch
import Synchronization
import Testing

@testable import Generator

@Suite struct DroppedArrivalsTests {
    private final class Collected: Sendable {
        let records = Mutex<[RunRecord]>([])
    }

    private func records(_ body: (inout DroppedArrivals, inout RecordBatcher) -> Void) throws -> [RunRecord] {
        let thread = try SerialThread("test")
        let collected = Collected()
        var batcher = RecordBatcher(thread: thread, live: LiveCounters()) { batch in
            if case .records(let records) = batch { collected.records.withLock { $0 += records } }
        }
        var dropped = DroppedArrivals(shard: 3)
        body(&dropped, &batcher)
        dropped.flush(into: &batcher, now: 0)
        batcher.flush()
        let isDone = DispatchSemaphore(value: 0)
        thread.async { isDone.signal() }
        isDone.wait()
        return collected.records.withLock { $0 }
    }

    @Test func fewHaveARecordEach() throws {
        let found = try records { dropped, batcher in
            for index in 0..<10 { dropped.drop(1, due: Int64(index) * 100_000_000, flags: [], now: 7, into: &batcher) }
        }
        #expect(found.map(\.scheduled) == (0..<10).map { $0 * 100_000_000 })
        #expect(found.allSatisfy { $0.droppedArrivals == 1 && $0.kind == .dropped && $0.shard == 3 && $0.end == 7 })
    }

    @Test func manyAreCounted() throws {
        // 200,000/s for 3 s, one by one and on time; then two million in one step.
        let found = try records { dropped, batcher in
            for index in Int64(0)..<600_000 {
                let due = index * 5_000
                dropped.drop(1, due: due, flags: index % 2 == 0 ? [] : .paused, now: due, into: &batcher)
            }
            dropped.drop(2_000_000, due: 3_999_999_999, flags: [], now: 5_000_000_000, into: &batcher)
            dropped.drop(5_000_000_000, due: 4_999_999_999, flags: [], now: 5_000_000_000, into: &batcher)
        }
        var bySecond: [Int64: UInt64] = [:]
        for record in found { bySecond[record.scheduled / 1_000_000_000, default: 0] += record.droppedArrivals }
        #expect(bySecond == [0: 200_000, 1: 200_000, 2: 200_000, 3: 2_000_000, 4: 5_000_000_000])
        let paused = found.filter { $0.flags.contains(.paused) }.reduce(0) { $0 + $1.droppedArrivals }
        #expect(paused == 300_000)
    }

    @Test func recordsAreBounded() throws {
        let found = try records { dropped, batcher in
            for index in Int64(0)..<600_000 { dropped.drop(1, due: index * 5_000, flags: [], now: index * 5_000, into: &batcher) }
        }
        #expect(found.reduce(0) { $0 + $1.droppedArrivals } == 600_000)
        #expect(found.count <= 3 * (DroppedArrivals.individual + 12))
    }
}
