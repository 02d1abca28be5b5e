// The virtual-user steps against k6's, and the split over shards.

import Foundation
import Base
import Scenarios
import Testing

@testable import Generator

@Suite struct VirtualUserScheduleTests {
    @Test(arguments: ["builtin_ramp", "verified_live_0_4_4_0"])
    func stepsAreK6s(name: String) throws {
        let golden = try #require(try GoldenSchedules.load().ramping_vus[name])
        let steps = VirtualUserSteps(startVUs: golden.startVUs, stages: golden.stages.map(GoldenSchedules.stage))
        let seen = Array(steps)
        #expect(seen.map(\.count) == golden.steps_offset_s_plannedVUs.map { Int($0[1]) })
        for (step, expected) in zip(seen, golden.steps_offset_s_plannedVUs) {
            #expect(abs(step.time - Int64(expected[0] * 1e9)) <= 1000)
        }
    }

    @Test func constantUsersStartAtOnceAndStopAtTheEnd() throws {
        let steps = try #require(Executor.constantVUs(vus: 20, duration: .seconds(900)).userSteps)
        #expect(
            Array(steps) == [
                VirtualUserStep(time: 0, count: 20), VirtualUserStep(time: 900_000_000_000, count: 0),
            ])
    }

    @Test func zeroStageJumps() {
        let steps = VirtualUserSteps(
            startVUs: 1,
            stages: [Stage(duration: .zero, target: 50), Stage(duration: .seconds(1), target: 49)])
        #expect(
            Array(steps) == [
                VirtualUserStep(time: 0, count: 1), VirtualUserStep(time: 0, count: 50),
                VirtualUserStep(time: 1_000_000_000, count: 49), VirtualUserStep(time: 1_000_000_000, count: 0),
            ])
    }

    @Test func longStagesOfManyUsersDoNotOverflow() {
        let day = Duration.seconds(86_400)
        let steps = Array(VirtualUserSteps(startVUs: 0, stages: [Stage(duration: day * 30, target: 100_000)]))
        #expect(steps.count == 100_002)
        #expect(steps[50_000].time == (day * 15).nanoseconds)
    }

    @Test(arguments: [1, 2, 3, 5])
    func shardsTogetherHaveThePlansUsers(shards: Int) {
        let plan = VirtualUserSteps(
            startVUs: 3, stages: [Stage(duration: .seconds(4), target: 17), Stage(duration: .seconds(2), target: 2)])
        var cursors = (0..<shards).map { UserStepCursor(steps: plan, shard: $0, shards: shards) }
        for step in plan {
            var total = 0
            for index in cursors.indices {
                #expect(cursors[index].due == step.time)
                total += cursors[index].advance()
            }
            #expect(total == step.count)
        }
    }
}
