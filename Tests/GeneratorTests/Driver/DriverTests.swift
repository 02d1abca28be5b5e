// Whole plans run through their drivers in simulated time: no socket, no clock, no thread. What starts when is compared with
// the goldens of the schedules; how an iteration goes on, with a server that answers after as long as it is told.

import Base
import HeapModule
import Scenarios
import Synchronization
import Testing

@testable import Generator

@Suite struct DriverTests {
    /// 15 minutes, 11,880 arrivals, up to 1,600 users: each starts when k6's does, whatever the shards.
    @Test(arguments: [1, 3]) func anOpenLoopKeepsItsSchedule(shards: Int) throws {
        let golden = try #require(try GoldenSchedules.load().ramping_arrival_rate["open_loop_ramp"])
        let executor = Executor.rampingArrivalRate(
            startRate: golden.startRate, timeUnit: .seconds(1), stages: golden.stages.map(GoldenSchedules.stage),
            preAllocatedVUs: 100, maxVUs: 1_600)
        var random = SeededRandom(seed: 5, stream: 0)
        let run = Simulation(RunHarness.plan(executor, url: "", gracefulStop: .seconds(200)), shards: shards) { _ in
            20_000_000_000 + random.duration(below: 60_000_000_000)
        }
        let due = run.sent.map(\.at).sorted()
        #expect(due.count == golden.count && run.dropped == 0)
        #expect(run.sent.allSatisfy { $0.at == $0.scheduled })
        for (index, instant) in golden.first12.enumerated() { #expect(abs(due[index] - instant) <= 1_000) }
        for (index, instant) in golden.every_500th { #expect(abs(due[Int(index)!] - instant) <= 1_000) }
        for (index, instant) in golden.last5.reversed().enumerated() {
            #expect(abs(due[due.count - 1 - index] - instant) <= 1_000)
        }
        #expect(run.ends.count == golden.count && run.ends.allSatisfy { !$0.interrupted })
        #expect(Set(run.sent.map(\.iteration)).count == golden.count)
        // Users are made when none is idle, and no more are needed than requests overlap.
        #expect(run.mostActive > 1_000 && run.mostActive <= 1_600 && run.live.created <= 1_600)
    }

    /// 15 minutes of 1,600 users, who think for up to 2 s: each sends again as soon as it has thought.
    @Test func aClosedLoopOf1600Users() {
        let plan = RunHarness.plan(
            .constantVUs(vus: 1_600, duration: .seconds(900)), url: "", gracefulStop: .seconds(30), think: .seconds(2), stagger: true)
        let clock = ContinuousClock()
        var run: Simulation?
        let took = clock.measure { run = Simulation(plan, shards: 2) { _ in 30_000_000_000 } }
        guard let run else { return }
        print("15 minutes of 1,600 users in \(took)")
        #expect(run.live.created == 0 && run.mostActive == 1_600)
        let byUser = Dictionary(grouping: run.sent, by: \.user)
        #expect(byUser.count == 1_600)
        for (user, sent) in byUser {
            // As many cycles of 30 s and a think time below 2 s as begin before the end.
            #expect((28...31).contains(sent.count), "user \(user): \(sent.count)")
            #expect(sent[0].at < 2_000_000_000)
            #expect(zip(sent, sent.dropFirst()).allSatisfy { (30_000_000_000..<32_000_000_000).contains($1.at - $0.at) })
        }
        // What was in flight at 900 s had 30 s more, as long as an answer takes; who still thought then was cut off.
        #expect(run.ends.allSatisfy { $0.at < 930_000_000_000 || $0.at == 930_000_000_000 && $0.interrupted })
        #expect(run.ends.count == run.sent.count)
        #expect(run.live.active == 0 && run.live.inFlight == 0)
    }

    /// The users that a ramp wants at each of its steps, as k6 plans them.
    @Test(arguments: [1, 4]) func aRampKeepsItsSchedule(shards: Int) throws {
        let golden = try #require(try GoldenSchedules.load().ramping_vus["builtin_ramp"])
        let plan = RunHarness.plan(
            .rampingVUs(startVUs: golden.startVUs, stages: golden.stages.map(GoldenSchedules.stage), gracefulRampDown: .zero),
            url: "", gracefulStop: .zero)
        let run = Simulation(plan, shards: shards) { _ in 900_000_000 }
        for (step, next) in zip(golden.steps_offset_s_plannedVUs, golden.steps_offset_s_plannedVUs.dropFirst()) {
            // Between the two: all that are planned have a request under way, and nobody else.
            let middle = Int64((step[0] + next[0]) / 2 * 1e9)
            let active = Set(run.sent.filter { ($0.at...$0.at + 900_000_000).contains(middle) }.map(\.user))
            let ended = Set(run.ends.filter { $0.interrupted && $0.at <= middle }.map(\.user))
            #expect(active.subtracting(ended).count == Int(step[1]), "at \(step[0])")
        }
        #expect(run.dropped == 0 && run.ends.last?.at == Int64(golden.steps_offset_s_plannedVUs.last![0] * 1e9))
    }

    /// A ramp down cuts a request off after its grace, the plan's end after the graceful stop.
    @Test func cuts() {
        let down = RunHarness.plan(
            .rampingVUs(startVUs: 4, stages: [Stage(duration: .seconds(4), target: 0)], gracefulRampDown: .milliseconds(500)),
            url: "", gracefulStop: .seconds(30))
        let ramp = Simulation(down, shards: 2) { _ in 60_000_000_000 }
        #expect(ramp.ends.map(\.at) == [1, 2, 3, 4].map { $0 * 1_000_000_000 + 500_000_000 })
        #expect(ramp.ends.allSatisfy(\.interrupted) && ramp.ends.map(\.user) == [3, 2, 1, 0])
        let open = RunHarness.plan(
            .constantArrivalRate(rate: 10, timeUnit: .seconds(1), duration: .seconds(2), preAllocatedVUs: 1, maxVUs: 8),
            url: "", gracefulStop: .seconds(3))
        let stop = Simulation(open, shards: 3) { _ in 60_000_000_000 }
        #expect(stop.sent.count == 8 && stop.dropped == 12)
        #expect(stop.ends.allSatisfy { $0.interrupted && $0.at == 5_000_000_000 } && stop.ends.count == 8)
    }

    /// A signal at 5.5 s with a drain of 2 s.
    @Test(arguments: [1, 3]) func aStop(shards: Int) {
        let plan = RunHarness.plan(
            .constantArrivalRate(rate: 1, timeUnit: .seconds(1), duration: .seconds(60), preAllocatedVUs: 1, maxVUs: 100), url: "")
        let run = Simulation(plan, shards: shards, stop: (at: 5_500_000_000, drain: 2_000_000_000)) { _ in 3_000_000_000 }
        #expect(run.sent.map(\.at) == (0...5).map { $0 * 1_000_000_000 })
        #expect(run.ends.map(\.at) == [3, 4, 5, 6, 7, 7.5].map { Int64($0 * 1e9) })
        #expect(run.ends.map(\.interrupted) == [false, false, false, false, false, true] && run.dropped == 0)
    }

    /// The third request is told to come back in 4 s: an open loop drops what is due until then, a closed one sleeps.
    @Test func aPause() {
        let faults = FaultPolicy(onTooManyRequests: .pause)
        let open = RunHarness.plan(
            .constantArrivalRate(rate: 1, timeUnit: .seconds(1), duration: .seconds(10), preAllocatedVUs: 1, maxVUs: 9), url: "",
            faults: faults)
        let run = Simulation(open, shards: 2, statusOf: { $0 == 2 ? 429 : 200 }) { _ in 100_000_000 }
        #expect(run.sent.map(\.at) == [0, 1, 2, 7, 8, 9].map { $0 * 1_000_000_000 } && run.dropped == 4)
        let closed = RunHarness.plan(.constantVUs(vus: 1, duration: .seconds(10)), url: "", faults: faults)
        let one = Simulation(closed, shards: 1, statusOf: { $0 == 2 ? 429 : 200 }) { _ in 1_000_000_000 }
        #expect(one.sent.map(\.at) == [0, 1, 2, 7, 8, 9].map { $0 * 1_000_000_000 })
    }

    /// The shard of an arrival without a user left leaves it with one that has one idle.
    @Test func arrivalsChangeShards() {
        let plan = RunHarness.plan(
            .constantArrivalRate(rate: 10, timeUnit: .seconds(1), duration: .seconds(10), preAllocatedVUs: 1, maxVUs: 2), url: "")
        let run = Simulation(plan, shards: 4) { _ in 150_000_000 }
        #expect(run.sent.count == 100 && run.dropped == 0 && run.live.created == 2)
    }
}
