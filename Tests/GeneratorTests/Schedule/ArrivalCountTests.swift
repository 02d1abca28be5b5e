// How many arrivals a plan has and when, against the definitions in exact arithmetic, for thousands of plans; and that
// shards and tasks have them all between them.

import Base
import Scenarios
import Testing

@testable import Generator

@Suite struct ArrivalCountTests {
    /// The same plans every time.
    private struct Plans: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }
    private static let units: [Int64] = [
        1_000_000_000, 60_000_000_000, 3_600_000_000_000, 1_000_000, 7, 333_333_333, 86_400_000_000_000, 999_999_937,
    ]

    @Test func constantRates() {
        var random = Plans()
        for _ in 0..<5_000 {
            let unit = Self.units.randomElement(using: &random)!
            let rate = Int.random(in: 1...Int(min(unit, [10, 1_000, 10_000_000].randomElement(using: &random)!)), using: &random)
            let duration = Int64.random(in: 1...[1_000, 4_000_000_000, 90_000_000_000_000].randomElement(using: &random)!, using: &random)
            let schedule = ConstantArrivals(rate: rate, timeUnit: .nanoseconds(unit), duration: .nanoseconds(duration))
            let product = Int128(rate) * Int128(duration)
            let whole = product / Int128(unit)
            #expect(Int128(schedule.count) == (product % Int128(unit) == 0 ? whole : whole + 1), "\(rate)/\(unit) for \(duration)")
            for index in [0, 1, 2, schedule.count / 3, schedule.count - 2, schedule.count - 1] where index >= 0 && index < schedule.count {
                let due = schedule.due(index)
                #expect(due.map { Int128($0) } == Int128(index) * Int128(unit) / Int128(rate))
                #expect(due! < duration && schedule.dueCount(by: due!) > index && schedule.dueCount(by: due! - 1) <= index)
            }
            #expect(schedule.due(schedule.count) == nil && schedule.dueCount(by: duration) == schedule.count)
        }
    }

    /// Twice the arrivals times the unit, up to `time`, times the length of the stage that `time` is in.
    private func area(_ start: Int64, _ stages: [Stage], upTo time: Int64) -> (area: Int128, scale: Int128) {
        var area: Int128 = 0
        var rate = start
        var rest = time
        for stage in stages {
            let length = stage.duration.nanoseconds
            let target = Int64(stage.target)
            if rest <= length, length > 0 {
                let scale = Int128(length)
                return (
                    area * scale + 2 * Int128(rate) * Int128(rest) * scale + Int128(target - rate) * Int128(rest) * Int128(rest),
                    scale
                )
            }
            area += Int128(length) * Int128(rate + target)
            rest -= length
            rate = target
        }
        return (area, 1)
    }

    @Test func ramps() {
        var random = Plans()
        for _ in 0..<2_000 {
            let unit = Self.units.prefix(4).randomElement(using: &random)!
            let most = [3, 50, 2_000].randomElement(using: &random)!
            let start = Int.random(in: 0...most, using: &random)
            let stages = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Stage(
                    duration: .nanoseconds(
                        [0, Int64.random(in: 1...600_000_000_000, using: &random), 30_000_000_000].randomElement(using: &random)!),
                    target: [0, start, Int.random(in: 0...most, using: &random)].randomElement(using: &random)!)
            }
            let length = stages.reduce(Int64(0)) { $0 + $1.duration.nanoseconds }
            let ramp = RampingArrivals(startRate: start, timeUnit: .nanoseconds(unit), stages: stages)
            let total = stages.reduce((area: Int128(0), rate: Int128(start))) {
                ($0.area + Int128($1.duration.nanoseconds) * ($0.rate + Int128($1.target)), Int128($1.target))
            }.area
            #expect(Int128(ramp.count) == total / (2 * Int128(unit)))
            var place = ArrivalPlace()
            var before: Int64 = 0
            for index in Set([0, 1, ramp.count / 2, ramp.count - 2, ramp.count - 1]).sorted() where index >= 0 && index < ramp.count {
                let due = ramp.due(index, place: &place)!
                #expect(due >= before && due <= length)
                before = due
                let need = Int128(index + 1) * 2 * Int128(unit)
                let at = area(Int64(start), stages, upTo: due)
                let after = area(Int64(start), stages, upTo: due + 1)
                // The whole nanosecond before the area is reached, or the one at which it is.
                #expect(at.area <= need * at.scale, "arrival \(index) at \(due) of \(stages) from \(start)/\(unit)")
                #expect(due == length || after.area > need * after.scale || at.area == need * at.scale)
            }
        }
    }

    @Test func shardsAndTasksHaveThePlan() {
        var random = Plans()
        for _ in 0..<200 {
            let rate = Int.random(in: 1...200, using: &random)
            let duration = Duration.milliseconds(Int.random(in: 1...4_000, using: &random))
            let executors: [Executor] = [
                .constantArrivalRate(rate: rate, timeUnit: .seconds(1), duration: duration, preAllocatedVUs: 1, maxVUs: 100),
                .rampingArrivalRate(
                    startRate: rate, timeUnit: .seconds(1),
                    stages: [Stage(duration: duration, target: Int.random(in: 0...200, using: &random))], preAllocatedVUs: 1, maxVUs: 100),
            ]
            for executor in executors {
                let schedule = executor.arrivals!
                var place = ArrivalPlace()
                let whole = (0..<schedule.count).map { schedule.due($0, place: &place)! }
                let tasks = Int.random(in: 1...4, using: &random)
                let shards = Int.random(in: 1...5, using: &random)
                let time = Int64.random(in: 0...4_000_000_000, using: &random)
                var union: [Int64] = []
                var overdue = 0
                var rest = 0
                for task in 0..<tasks {
                    for shard in 0..<shards {
                        guard
                            case .arrivals(var cursor, _) = ShardLoad(
                                executor: executor, share: TaskShare(index: task, count: tasks), shard: shard, shards: shards)
                        else { continue }
                        var skipping = cursor
                        let count = cursor.overdue(by: time)
                        #expect(cursor.overdue(by: time, isMoreThan: max(0, count - 1)) == (count > 0))
                        #expect(!cursor.overdue(by: time, isMoreThan: count))
                        overdue += count
                        skipping.skip(count)
                        #expect(skipping.due > time)
                        while cursor.due != .max {
                            union.append(cursor.due)
                            cursor.advance()
                        }
                        while skipping.due != .max {
                            rest += 1
                            skipping.advance()
                        }
                    }
                }
                #expect(union.sorted() == whole)
                #expect(overdue == whole.count { $0 <= time } && overdue == schedule.dueCount(by: time))
                #expect(rest == whole.count - overdue)
            }
        }
    }

    @Test func hugePlansDoNotOverflow() throws {
        let century = Duration.seconds(3_100_000_000)
        let constant = ConstantArrivals(rate: 1_000_000_000, timeUnit: .seconds(1), duration: century)
        #expect(constant.count == ConstantArrivals.mostArrivals)
        #expect(constant.due(ConstantArrivals.mostArrivals - 1) == Int64(ConstantArrivals.mostArrivals) - 1)
        #expect(constant.dueCount(by: .max) == ConstantArrivals.mostArrivals)
        let ramp = RampingArrivals(
            startRate: 1, timeUnit: .seconds(1),
            stages: [Stage(duration: century, target: 1_000_000_000), Stage(duration: century, target: 0)])
        #expect(ramp.count == ConstantArrivals.mostArrivals)
        var place = ArrivalPlace()
        #expect(try #require(ramp.due(ramp.count - 1, place: &place)) > 0)
        // 10 billion arrivals, beyond 64 bits of nanoseconds times rate.
        let day = ConstantArrivals(rate: 120_000, timeUnit: .seconds(1), duration: .seconds(86_400))
        #expect(day.count == 10_368_000_000 && day.due(day.count - 1) == 86_399_999_991_666)
    }

    @Test func regularEnds() {
        func users(_ start: Int, _ stages: [(Int, Int)]) -> Int64 {
            Executor.rampingVUs(
                startVUs: start, stages: stages.map { Stage(duration: .seconds($0.0), target: $0.1) }, gracefulRampDown: .seconds(30)
            ).regularEnd / 1_000_000_000
        }
        // Like k6: the last step, which is the end of the last stage that is not all zero.
        #expect(users(0, [(2, 1), (1, 0), (5, 0)]) == 3)
        #expect(users(1, [(3, 0), (5, 0), (0, 0)]) == 3)
        #expect(users(0, [(5, 0), (1, 2), (1, 0), (4, 0), (1, 1), (1, 1)]) == 13)
        #expect(users(3, [(0, 0), (9, 0)]) == 0)
        #expect(users(0, [(1, 4), (0, 0), (7, 0)]) == 1)
        #expect(Executor.constantVUs(vus: 1, duration: .seconds(4)).regularEnd == 4_000_000_000)
        let ramp = Executor.rampingArrivalRate(
            startRate: 10, timeUnit: .seconds(1),
            stages: [
                Stage(duration: .seconds(1), target: 10), Stage(duration: .seconds(0), target: 0), Stage(duration: .seconds(6), target: 0),
            ],
            preAllocatedVUs: 1, maxVUs: 1)
        #expect(ramp.regularEnd == 1_000_000_000)
        let none = Executor.rampingArrivalRate(
            startRate: 1, timeUnit: .seconds(60), stages: [Stage(duration: .seconds(1), target: 1)], preAllocatedVUs: 1, maxVUs: 1)
        #expect(none.regularEnd == 0)
    }
}
