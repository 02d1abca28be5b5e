// The tasks' schedules together are the one-node schedule, exactly: no arrival twice, none missing, none moved.

import Scenarios
import Testing

@testable import Generator

@Suite struct TaskShareTests {
    static let stages = [
        Stage(duration: .seconds(3), target: 40), Stage(duration: .seconds(0), target: 7),
        Stage(duration: .seconds(4), target: 7), Stage(duration: .seconds(2), target: 0),
    ]
    static let open: [Executor] = [
        .constantArrivalRate(rate: 60, timeUnit: .seconds(1), duration: .seconds(7), preAllocatedVUs: 9, maxVUs: 70),
        .rampingArrivalRate(startRate: 3, timeUnit: .seconds(1), stages: stages, preAllocatedVUs: 9, maxVUs: 64),
        try! .poissonArrivalRate(rate: 60, duration: .seconds(7), maxVUs: 70),
        try! .poissonArrivalRate(startRate: 3, stages: stages, maxVUs: 64),
    ]
    static let closed: [Executor] = [
        .constantVUs(vus: 65, duration: .seconds(10)),
        .rampingVUs(startVUs: 2, stages: stages, gracefulRampDown: .seconds(30)),
    ]
    static let divisions = [(tasks: 1, shards: 1), (2, 1), (2, 3), (3, 2), (7, 1), (5, 4), (64, 1)]

    private func cursors(_ executor: Executor, _ tasks: Int, _ shards: Int) -> [[ShardLoad]] {
        (0..<tasks).map { task in
            (0..<shards).map {
                ShardLoad(executor: executor, share: TaskShare(index: task, count: tasks), shard: $0, shards: shards)
            }
        }
    }

    @Test(arguments: open, divisions) func arrivals(executor: Executor, division: (tasks: Int, shards: Int)) throws {
        let schedule = try #require(executor.arrivals)
        var place = ArrivalPlace()
        let whole = (0..<schedule.count).map { schedule.due($0, place: &place) ?? -1 }
        var union: [Int: Int64] = [:]
        var limit = 0
        for (task, loads) in cursors(executor, division.tasks, division.shards).enumerated() {
            var mine: [Int] = []
            for (shard, load) in loads.enumerated() {
                guard case .arrivals(var cursor, let maxVUs) = load else { throw Unexpected() }
                if shard == 0 { limit += maxVUs }
                var index = task + division.tasks * shard
                while cursor.due != .max {
                    #expect(union.updateValue(cursor.due, forKey: index) == nil)
                    mine.append(index)
                    cursor.advance()
                    index += division.tasks * division.shards
                }
            }
            // A task's iterations, numbered as it starts them, are numbered as its arrivals.
            let share = TaskShare(index: task, count: division.tasks)
            #expect(mine.sorted() == (0..<mine.count).map(share.number))
            #expect(mine.count == share.part(of: whole.count))
        }
        #expect(union.count == whole.count)
        #expect(whole.indices.allSatisfy { union[$0] == whole[$0] })
        #expect(limit == executor.maxVUs)
    }

    /// At every step the tasks' user counts add up to the plan's.
    @Test(arguments: closed, divisions) func users(executor: Executor, division: (tasks: Int, shards: Int)) throws {
        let whole = Array(try #require(executor.userSteps))
        var sums = [Int](repeating: 0, count: whole.count)
        for load in cursors(executor, division.tasks, division.shards).joined() {
            guard case .users(var cursor, _) = load else { throw Unexpected() }
            for (index, step) in whole.enumerated() {
                #expect(cursor.due == step.time)
                sums[index] += cursor.advance()
            }
            #expect(cursor.due == .max)
        }
        #expect(sums == whole.map(\.count))
    }

    @Test func parts() {
        for count in 1...9 {
            for total in [0, 1, 8, 9, 10, 1000] {
                let parts = (0..<count).map { TaskShare(index: $0, count: count).part(of: total) }
                #expect(parts.reduce(0, +) == total)
                #expect((parts.max() ?? 0) - (parts.min() ?? 0) <= 1)
            }
        }
    }

    private struct Unexpected: Error {}
}
