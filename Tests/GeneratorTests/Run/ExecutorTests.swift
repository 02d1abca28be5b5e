// The four executors against a real server: what was asked for, what the server saw and what the records say agree.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct ExecutorTests {
    @Test(arguments: [1, 2]) func constantRateSendsExactlyItsArrivals(workers: Int) async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let plan = RunHarness.plan(
            .constantArrivalRate(
                rate: 100, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 1, maxVUs: 100),
            url: server.url)
        let run = try await RunHarness.run(plan, workers: workers)
        #expect(server.requests.count == 100)
        #expect(run.requests.count == 100)
        #expect(run.requests.map(\.scheduled).sorted() == (0..<100).map { $0 * 10_000_000 })
        #expect(run.requests.map(\.iteration).sorted() == (0..<100).map(UInt32.init))
        #expect(run.end.startedIterations == 100 && run.end.droppedArrivals == 0)
        #expect(run.end.duration >= 1_000_000_000)
        for record in run.requests {
            #expect(record.status == 200 && record.completionTokens == 5 && record.promptTokens == 3)
            #expect(record.flags.isSuperset(of: [.parsed, .hasChoices, .final, .endsIteration]))
            #expect(record.scheduled <= record.started && record.started <= record.sent)
            #expect(record.sent <= record.firstByte && record.firstByte <= record.end)
            #expect(record.httpVersion == 11 && record.finishReason == .stop && record.phase == .complete)
        }
        let opened = run.requests.filter { !$0.flags.contains(.connectionReused) }
        #expect(opened.count == server.connections)
    }

    @Test func rampStartsEveryArrivalAndEndsWithTheLast() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let executor = Executor.rampingArrivalRate(
            startRate: 10, timeUnit: .seconds(1),
            stages: [
                Stage(duration: .milliseconds(800), target: 100), Stage(duration: .milliseconds(400), target: 0),
                Stage(duration: .seconds(30), target: 0),
            ],
            preAllocatedVUs: 1, maxVUs: 50)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2)
        let planned = executor.arrivals!.count
        #expect(planned == 64)
        #expect(server.requests.count == planned)
        #expect(run.requests.count == planned)
        // k6 does not wait through a stage in which nothing arrives; neither do we.
        #expect(run.end.duration >= 1_199_000_000 && run.end.duration < 15_000_000_000)
    }

    @Test func arrivalsBeyondMaxVUsAreDroppedAndCounted() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 400), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 50, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 2, maxVUs: 4)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2)
        let dropped = run.of(.dropped)
        #expect(run.requests.count + dropped.count == 50)
        #expect(run.requests.count == server.requests.count)
        #expect(dropped.count == run.end.droppedArrivals && dropped.count >= 30)
        // Four at once, and never more: the peak of overlapping requests.
        let edges = run.requests.flatMap { [($0.started, 1), ($0.end, -1)] }.sorted { $0 < $1 }
        var now = 0
        let peak = edges.map { edge in
            now += edge.1
            return now
        }.max()
        #expect(peak == 4)
        // Numbers count started iterations: dropped arrivals leave no gap (k6 §4.6).
        #expect(run.requests.map(\.iteration).sorted() == (0..<UInt32(run.requests.count)).map { $0 })
    }

    @Test func constantUsersKeepTheirNumberInFlight() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 20), .completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(.constantVUs(vus: 5, duration: .seconds(1)), url: server.url), workers: 2)
        #expect(run.requests.count == server.requests.count)
        #expect(run.requests.count >= 50)
        #expect(Set(run.requests.map(\.virtualUser)) == [0, 1, 2, 3, 4])
        #expect(server.connections == 5)
        #expect(run.requests.allSatisfy { $0.started < 1_000_000_000 })
        #expect(run.live.active == 0 && run.live.inFlight == 0)
    }

    @Test func rampingUsersFollowTheirSteps() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 10), .completion] }
        defer { server.stop() }
        let executor = Executor.rampingVUs(
            startVUs: 0,
            stages: [
                Stage(duration: .milliseconds(400), target: 4), Stage(duration: .milliseconds(200), target: 4),
                Stage(duration: .milliseconds(400), target: 0),
            ],
            gracefulRampDown: .seconds(1))
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2)
        #expect(run.requests.count == server.requests.count)
        for user in UInt32(0)..<4 {
            let starts = run.requests.filter { $0.virtualUser == user }.map(\.started)
            let first = Int64(user + 1) * 100_000_000
            let last = 1_000_000_000 - Int64(user) * 100_000_000
            // Not before its step; not after the one that stops it (half a second for a loop that is late).
            #expect(starts.min()! >= first)
            #expect(starts.max()! < last + 500_000_000)
        }
    }

    /// k6: 3.05 s of a plan of 1 + 2 + 5 s whose last 5 are at zero, so that its rates are right.
    @Test func rampingUsersEndWithTheirLastUser() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 10), .completion] }
        defer { server.stop() }
        let executor = Executor.rampingVUs(
            startVUs: 2,
            stages: [
                Stage(duration: .milliseconds(200), target: 0), Stage(duration: .milliseconds(200), target: 0),
                Stage(duration: .milliseconds(200), target: 2), Stage(duration: .milliseconds(200), target: 0),
                Stage(duration: .seconds(30), target: 0),
            ],
            gracefulRampDown: .seconds(30))
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2)
        #expect(run.end.duration >= 800_000_000 && run.end.duration < 15_000_000_000)
        #expect(run.requests.contains { $0.started > 500_000_000 })
        // Half a second for a loop that is late.
        #expect(run.requests.allSatisfy { !$0.flags.contains(.interrupted) && $0.started < 1_300_000_000 })
    }

    /// The end of the last stage asks for no fewer users: those have the graceful stop, not the ramp-down (k6 §4.2).
    @Test func usersThatNoStageStopsHaveTheGracefulStop() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 1500), .completion] }
        defer { server.stop() }
        let executor = Executor.rampingVUs(
            startVUs: 2, stages: [Stage(duration: .milliseconds(300), target: 2)], gracefulRampDown: .milliseconds(100))
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url, gracefulStop: .seconds(60)))
        #expect(run.requests.count == 2)
        #expect(run.requests.allSatisfy { $0.status == 200 && !$0.flags.contains(.interrupted) })
    }

    /// 3 users of 16 workers had become 13, with 13 connections.
    @Test func shardsTogetherHaveNoMoreThanMaxVUs() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 2), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 300, timeUnit: .seconds(1), duration: .seconds(2), preAllocatedVUs: 1, maxVUs: 3)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 16)
        let dropped = run.of(.dropped).reduce(0) { $0 + Int($1.droppedArrivals) }
        #expect(run.requests.count + dropped == 600)
        #expect(server.requests.count == run.requests.count && server.connections <= 3)
        #expect(Set(run.requests.map(\.virtualUser)).count <= 3)
        #expect(run.samples.allSatisfy { $0.maxVirtualUsers <= 3 })
        #expect(Set(run.requests.map(\.shard)).count <= 3)
        #expect(run.live.active == 0 && run.requests.map(\.iteration).sorted() == (0..<UInt32(run.requests.count)).map { $0 })
    }

    /// Ten million a second, which nobody keeps: every arrival is counted, in few records, and the end comes at the end.
    @Test func aRateThatCannotBeKeptIsCountedAndEnds() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 20), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 10_000_000, timeUnit: .seconds(1), duration: .seconds(2), preAllocatedVUs: 1, maxVUs: 4)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2)
        let dropped = run.of(.dropped)
        let count = dropped.reduce(0) { $0 + Int($1.droppedArrivals) }
        #expect(run.requests.count + count == 20_000_000)
        #expect(run.end.droppedArrivals == count && run.end.discardedRecords == 0)
        // A thousand for each second and shard, and few that count the rest.
        #expect(dropped.count < 2 * 2 * 1_500)
        #expect(run.end.duration < 20_000_000_000)
    }

    @Test func aRateThatCannotBeKeptIsStoppedAtOnce() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 20), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 1_000_000_000, timeUnit: .seconds(1), duration: .seconds(3600), preAllocatedVUs: 1, maxVUs: 2)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2) { run in
            _ = await eventually { run.lanes[0].live.iterations >= 4 && run.lanes[0].live.dropped > 1_000_000 }
            run.stop(reason: "SIGTERM", drain: .zero)
        }
        #expect(run.end.stopReason == "SIGTERM" && run.end.duration < 30_000_000_000)
        #expect(run.of(.dropped).reduce(0) { $0 + Int($1.droppedArrivals) } == run.end.droppedArrivals)
    }

    /// Users enough and a generator too slow for them: what is overdue at the hard end is counted, not started.
    @Test func whatIsOverdueAtTheHardEndIsCounted() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 10_000), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 1_000_000_000, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 1, maxVUs: 2)
        let run = try await RunHarness.run(
            RunHarness.plan(executor, url: server.url, gracefulStop: .zero), workers: 2)
        // Two users; on a starved machine one of them may lose its connection and come a second time.
        #expect((2...4).contains(run.requests.count))
        #expect(run.of(.dropped).reduce(0) { $0 + Int($1.droppedArrivals) } == 1_000_000_000 - run.requests.count)
        #expect(run.end.duration < 8_000_000_000)
    }

    @Test func loopsBeat() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 50), .completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(.constantVUs(vus: 2, duration: .seconds(2)), url: server.url), workers: 2)
        let beats = run.samples.reduce(0) { $0 + Int($1.beats) }
        // From a quarter of the plan on, 33 to 50 a second and shard, those that were missed included.
        let expected = Int((run.end.duration - 500_000_000) / Heartbeat.period) * 2
        #expect(beats >= expected * 6 / 10 && beats <= expected + 6)
        #expect(run.samples.allSatisfy { $0.lateBeats <= $0.beats })
    }

    @Test func thinkTimeIsSleptInsideTheIteration() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: 3, duration: .seconds(1)), url: server.url, think: .milliseconds(100),
                stagger: true))
        let ends = run.of(.iterationEnd)
        #expect(ends.count == run.requests.count)
        #expect(run.requests.allSatisfy { !$0.flags.contains(.endsIteration) })
        let requests = Dictionary(uniqueKeysWithValues: run.requests.map { ($0.iteration, $0) })
        for end in ends {
            let request = try #require(requests[end.iteration])
            #expect(end.started <= request.started && end.end >= request.end)
            // The stagger, in [0, think time), lies between the iteration's start and the due instant of its request.
            #expect((0..<100_000_000).contains(request.scheduled - end.started))
        }
        let firsts = (UInt32(0)..<3).compactMap { user in
            run.requests.filter { $0.virtualUser == user }.map(\.scheduled).min()
        }
        #expect(Set(firsts).count == 3)
    }

    @Test func unfinishedRequestsAreInterruptedAndKeepTheirAge() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 3000), .completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: 3, duration: .seconds(1)), url: server.url, gracefulStop: .milliseconds(300)))
        #expect(run.requests.count == 3)
        for record in run.requests {
            #expect(record.flags.isSuperset(of: [.interrupted, .final]))
            #expect(record.status == 0 && record.errorCode == 0 && record.phase == .wait)
            let age = record.end - record.started
            // Cut off at 1.3 s; a busy machine starts them late (by more than 0.1 s at a load of 17).
            #expect(age > 900_000_000 && age < 2_900_000_000)
        }
        #expect(run.end.stopReason == nil)
    }

    @Test func rampDownCutsAfterItsGrace() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 5000)] }
        defer { server.stop() }
        let executor = Executor.rampingVUs(
            startVUs: 2, stages: [Stage(duration: .zero, target: 0), Stage(duration: .seconds(1), target: 0)],
            gracefulRampDown: .milliseconds(200))
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url))
        let ages = run.requests.map { $0.end - $0.started }
        #expect(run.requests.allSatisfy { $0.flags.contains(.interrupted) })
        // Well before the server would have answered: cut after 0.2 s, not after the run's 1 + 5 s.
        #expect(ages.allSatisfy { $0 < 3_000_000_000 })
    }

    @Test func stopEndsTheRunAndLosesNothing() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 100), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 100, timeUnit: .seconds(1), duration: .seconds(30), preAllocatedVUs: 1, maxVUs: 100)
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url), workers: 2) { run in
            _ = await eventually { run.lanes[0].live.iterations >= 30 }
            run.stop(reason: "SIGTERM", drain: .zero)
        }
        #expect(run.end.stopReason == "SIGTERM")
        #expect(run.requests.count == run.end.startedIterations)
        let interrupted = run.requests.filter { $0.flags.contains(.interrupted) }
        #expect(!interrupted.isEmpty)
        #expect(run.end.duration < 25_000_000_000)
        #expect(run.live.inFlight == 0 && run.live.active == 0 && run.live.backlog == 0)
    }

    @Test func drainLetsRequestsFinish() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 200), .completion] }
        defer { server.stop() }
        let executor = Executor.constantVUs(vus: 4, duration: .seconds(30))
        let run = try await RunHarness.run(RunHarness.plan(executor, url: server.url)) { run in
            _ = await eventually { run.lanes[0].live.iterations >= 8 }
            run.stop(reason: "SIGINT", drain: .seconds(5))
        }
        #expect(run.requests.allSatisfy { !$0.flags.contains(.interrupted) && $0.status == 200 })
        #expect(run.requests.count == server.requests.count)
    }

    @Test func samplesComeEverySecond() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 50), .completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(.constantVUs(vus: 2, duration: .milliseconds(2300)), url: server.url))
        let samples = run.samples
        #expect(samples.count == 3)
        #expect(samples[0].virtualUsers == 2 && samples[0].maxVirtualUsers == 2)
        #expect(samples.allSatisfy { $0.residentBytes > 1_000_000 && $0.cpuTime > 0 })
        #expect(samples.last?.inFlight == 0)
    }
}
