// The arrival schedules against what k6 computed, and the properties that sharding relies on.

import Foundation
import Base
import Scenarios
import Testing

@testable import Generator

/// `schedules.json`: offsets captured from k6, nanoseconds, tolerance 1 µs.
struct GoldenSchedules: Decodable {
    struct Ramp: Decodable, Sendable {
        var startRate: Int
        var timeUnit: String
        var stages: [[Double]]
        var count: Int
        var first12: [Int64]
        var every_500th: [String: Int64]
        var last5: [Int64]

        var schedule: RampingArrivals {
            RampingArrivals(startRate: startRate, timeUnit: .seconds(1), stages: stages.map(GoldenSchedules.stage))
        }
    }
    struct Users: Decodable {
        var startVUs: Int
        var stages: [[Double]]
        var steps_offset_s_plannedVUs: [[Double]]
    }
    var ramping_arrival_rate: [String: Ramp]
    var ramping_vus: [String: Users]
    var constant_arrival_rate_period_ns: [String: Int64]

    static func load() throws -> GoldenSchedules {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/schedules.json")
        return try JSONDecoder().decode(GoldenSchedules.self, from: Data(contentsOf: file))
    }

    static func stage(_ pair: [Double]) -> Stage {
        Stage(duration: .nanoseconds(Int64(pair[0] * 1e9)), target: Int(pair[1]))
    }
}

extension RampingArrivals {
    /// Every due instant, asked in order.
    var all: [Int64] {
        var place = ArrivalPlace()
        return (0..<count).compactMap { due($0, place: &place) }
    }
}

@Suite struct ArrivalScheduleTests {
    @Test(arguments: [
        "open_loop_ramp", "open_loop_decode", "example_2_to_5_4s_then_20_4s_then_flat_2s", "down_10_to_0_10s",
        "jump_0s_then_hold", "from_rate_1_min_fractional_4.9s",
    ])
    func rampsAreK6s(name: String) throws {
        let golden = try #require(try GoldenSchedules.load().ramping_arrival_rate[name])
        let due = golden.schedule.all
        #expect(due.count == golden.count)
        let expected =
            Array(golden.first12.enumerated()) + golden.every_500th.map { (Int($0.key)!, $0.value) }
            + golden.last5.enumerated().map { (golden.count - golden.last5.count + $0.offset, $0.element) }
        for (index, instant) in expected {
            #expect(abs(due[index] - instant) <= 1000, "arrival \(index)")
        }
        #expect(zip(due, due.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func everyGoldenRampIsTested() throws {
        #expect(try GoldenSchedules.load().ramping_arrival_rate.count == 6)
    }

    /// The first period is; later arrivals do not repeat its rounding.
    @Test func constantPeriodsAreK6s() throws {
        for (key, period) in try GoldenSchedules.load().constant_arrival_rate_period_ns {
            // "7 per 60000000000 ns"
            let words = key.split(separator: " ")
            let schedule = ConstantArrivals(
                rate: Int(words[0])!, timeUnit: .nanoseconds(Int64(words[2])!), duration: .seconds(60))
            #expect(schedule.due(1) == period, "\(key)")
        }
    }

    @Test(arguments: [
        (20, 15 * 60, 18000), (10, 1, 10), (3, 1, 3), (30, 3, 90), (7, 3, 21), (60, 3, 180), (1, 1, 1), (1000, 10, 10000),
    ])
    func constantRateStartsEveryArrivalBeforeTheEnd(rate: Int, seconds: Int, count: Int) {
        let schedule = ConstantArrivals(rate: rate, timeUnit: .seconds(1), duration: .seconds(seconds))
        #expect(schedule.count == count)
        #expect(schedule.due(0) == 0)
        #expect(schedule.due(count - 1)! < Int64(seconds) * 1_000_000_000)
        #expect(schedule.due(count) == nil)
    }

    @Test func shardsTogetherAreThePlan() throws {
        let schedule = try #require(try GoldenSchedules.load().ramping_arrival_rate["open_loop_ramp"]).schedule
        var place = ArrivalPlace()
        let whole = (0..<schedule.count).map { schedule.due($0, place: &place)! }
        for shards in [1, 2, 3, 7] {
            var merged: [Int64] = []
            for shard in 0..<shards {
                var cursor = ArrivalCursor(schedule: schedule, shard: shard, shards: shards)
                while cursor.due != .max {
                    merged.append(cursor.due)
                    cursor.advance()
                }
            }
            #expect(merged.sorted() == whole)
        }
    }

    @Test func rampFromZeroAndThroughZeroIsMonotonic() {
        let ramp = RampingArrivals(
            startRate: 0, timeUnit: .seconds(1),
            stages: [
                Stage(duration: .seconds(10), target: 20), Stage(duration: .seconds(5), target: 0),
                Stage(duration: .seconds(3), target: 0), Stage(duration: .seconds(5), target: 10),
            ])
        #expect(ramp.count == 100 + 50 + 25)
        let due = ramp.all
        #expect(due.count == ramp.count)
        #expect(zip(due, due.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(due.last! <= 23_000_000_000)
        // 20/s reached linearly in 10 s: area a at t = √a seconds.
        #expect(abs(due[24] - 5_000_000_000) <= 1000)
    }

    @Test func planOfZeroLengthHasNoArrivals() {
        let ramp = RampingArrivals(
            startRate: 5, timeUnit: .seconds(1), stages: [Stage(duration: .zero, target: 10)])
        #expect(ramp.count == 0)
        #expect(ramp.all.isEmpty)
    }
}
