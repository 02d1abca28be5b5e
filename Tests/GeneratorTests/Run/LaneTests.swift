// Several loads in one run: each goes to its own server with its own key, under one clock, and its records say whose they are.

import Foundation
import Scenarios
import Synchronization
import TestSupport
import Testing

@testable import Generator

@Suite struct LaneTests {
    private struct Found {
        var records: [RunRecord] = []
        var samples: [GeneratorSample] = []
    }

    private func run(
        _ lanes: [LaneLoad], inTurns order: [Int]? = nil, workers: Int = 2, stopAfter: Int = .max
    ) async throws -> (run: LoadRun, end: RunEnd, found: Found) {
        let run = try LoadRun(
            lanes: lanes, inTurns: order, texts: TextTable(),
            options: RunOptions(workers: workers, userAgent: "sml-loadgen/test", environment: [:]))
        let found = Mutex(Found())
        let end = try await run.run { batch in
            found.withLock {
                switch batch {
                case .records(let records):
                    if $0.records.count + records.count >= stopAfter { run.stop(reason: "SIGTERM", drain: .zero) }
                    // A reader may count on it.
                    #expect(Set(records.map(\.arm)).count == 1)
                    $0.records += records
                case .sample(let sample): $0.samples.append(sample)
                case .counts: break
                }
            }
        }
        return (run, end, found.withLock { $0 })
    }

    private func lane(_ arm: UInt16, _ executor: Executor, _ server: ScriptedServer, key: String? = nil) throws -> LaneLoad {
        let corpus = try testCorpus(content: "hello")
        return LaneLoad(
            arm: arm, plan: RunHarness.plan(executor, url: server.url, apiKey: key), corpus: corpus,
            order: PromptOrder(count: corpus.count, seed: 1))
    }

    /// Two arms of one schedule: the same arrivals at the same instants, each at its own server with its own key, and what one
    /// server does is not the other's.
    @Test func twoArms() async throws {
        let fast = try ScriptedServer { _ in [.completion] }
        let broken = try ScriptedServer { _ in [.answer(status: "500 Internal Server Error", "no")] }
        defer {
            fast.stop()
            broken.stop()
        }
        let executor = Executor.constantArrivalRate(
            rate: 100, timeUnit: .seconds(1), duration: .milliseconds(1500), preAllocatedVUs: 20, maxVUs: 200)
        let (run, end, found) = try await run([lane(1, executor, fast, key: "key-of-a"), lane(2, executor, broken, key: "key-of-b")])
        let requests = found.records.filter { $0.kind == .request }
        let a = requests.filter { $0.arm == 1 }, b = requests.filter { $0.arm == 2 }
        #expect(a.count == 150 && b.count == 150 && requests.count == 300 && end.startedIterations == 300)
        #expect(a.allSatisfy { $0.status == 200 } && b.allSatisfy { $0.status == 500 })
        #expect(fast.requests.count == 150 && broken.requests.count == 150)
        #expect(fast.requests.allSatisfy { $0.header("authorization") == "Bearer key-of-a" })
        #expect(broken.requests.allSatisfy { $0.header("authorization") == "Bearer key-of-b" })
        // Iteration by iteration the same prompt, and, but where a starved machine lets one arm start two arrivals the other
        // way round, the same instant.
        let byIterationA = a.sorted { $0.iteration < $1.iteration }, byIterationB = b.sorted { $0.iteration < $1.iteration }
        #expect(a.map(\.scheduled).sorted() == b.map(\.scheduled).sorted())
        if [byIterationA, byIterationB].allSatisfy({ $0.map(\.scheduled) == $0.map(\.scheduled).sorted() }) {
            #expect(byIterationA.map(\.scheduled) == byIterationB.map(\.scheduled))
        }
        #expect(byIterationA.map(\.iteration) == byIterationB.map(\.iteration) && byIterationA.map(\.prompt) == byIterationB.map(\.prompt))
        #expect(run.lanes.allSatisfy { $0.live.active == 0 && $0.live.inFlight == 0 && $0.live.backlog == 0 })
    }

    /// A sample of the whole and one of each lane, with the process's own figures in all of them.
    @Test func samples() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 50), .completion] }
        defer { server.stop() }
        let two = try await run([
            lane(1, .constantVUs(vus: 3, duration: .milliseconds(1200)), server),
            lane(2, .constantVUs(vus: 5, duration: .milliseconds(1200)), server),
        ])
        let last = two.found.samples.suffix(3)
        #expect(last.map(\.arm) == [0, 1, 2] && last.map(\.maxVirtualUsers) == [8, 3, 5])
        #expect(Set(last.map(\.cpuTime)).count == 1 && Set(last.map(\.beats)).count == 1)
        // A lane with the number 0 stands for the whole: others only look at what it does.
        let looked = try await run([
            lane(0, .constantVUs(vus: 3, duration: .milliseconds(300)), server),
            lane(1, .constantVUs(vus: 1, duration: .milliseconds(300)), server),
        ])
        #expect(looked.found.samples.suffix(2).map(\.arm) == [0, 1] && looked.found.samples.suffix(2).map(\.maxVirtualUsers) == [3, 1])
    }

    /// Lanes need not be alike: each ends with its own plan, the run with the last of them.
    @Test func lanesOfTheirOwnLength() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let short = Executor.constantArrivalRate(
            rate: 50, timeUnit: .seconds(1), duration: .milliseconds(200), preAllocatedVUs: 2, maxVUs: 10)
        let (_, end, found) = try await run([lane(1, short, server), lane(2, .constantVUs(vus: 1, duration: .milliseconds(600)), server)])
        #expect(end.stopReason == nil && end.duration >= 600_000_000)
        let requests = found.records.filter { $0.kind == .request }
        #expect(requests.count { $0.arm == 1 } == 10)
        #expect(requests.filter { $0.arm == 2 }.map(\.scheduled).max() ?? 0 > 200_000_000)
    }

    /// Every pass of an arm over the corpus has a nonce of its own, and nothing else of a body changes.
    @Test func noncesAreNewInEveryPass() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let corpus = try testCorpus(content: "hello").withNonces(file: "test")
        let executor = Executor.constantArrivalRate(
            rate: 50, timeUnit: .seconds(1), duration: .milliseconds(400), preAllocatedVUs: 5, maxVUs: 50)
        let lanes = (UInt16(1)...2).map { arm in
            LaneLoad(
                arm: arm, plan: RunHarness.plan(executor, url: server.url), corpus: corpus,
                order: PromptOrder(count: corpus.count, seed: 1), nonce: PromptNonce(run: 7, arm: arm))
        }
        _ = try await run(lanes)
        let texts = server.requests.map(\.body)
        let marks = texts.compactMap { text in text.firstRange(of: "] hello").map { String(text[..<$0.lowerBound].suffix(16)) } }
        #expect(marks.count == 40)
        // One of each arm and pass.
        #expect(Set(marks).count == 2 * (20 / corpus.count + (20 % corpus.count == 0 ? 0 : 1)))
        #expect(Set(zip(texts, marks).map { $0.replacing($1, with: "") }).count == corpus.count)
    }

    /// Blocks in the order that was asked for, each with the arrivals of the plan from its own start, and nothing of the one while
    /// anything of the other is under way.
    @Test(arguments: [
        Executor.constantArrivalRate(
            rate: 50, timeUnit: .seconds(1), duration: .milliseconds(200), preAllocatedVUs: 2, maxVUs: 40),
        .constantVUs(vus: 3, duration: .milliseconds(200)),
    ]) func turns(executor: Executor) async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 30), .completion] }
        defer { server.stop() }
        let order = [0, 1, 1, 0, 0, 1]
        let (run, end, found) = try await run([lane(1, executor, server), lane(2, executor, server)], inTurns: order)
        #expect(end.stopReason == nil && end.turns.map(\.arm) == order.map { UInt16($0 + 1) })
        for (turn, next) in zip(end.turns, end.turns.dropFirst()) { #expect(next.start == turn.emptied + LaneTurns.pause) }
        let requests = found.records.filter { $0.kind == .request }
        for turn in end.turns {
            let own = requests.filter { $0.started >= turn.start && $0.started <= turn.emptied }
            #expect(!own.isEmpty && own.allSatisfy { $0.arm == turn.arm && $0.end <= turn.emptied && $0.scheduled >= turn.start })
            #expect(turn.end - turn.start <= 200_000_000)
            if executor.arrivals != nil {
                #expect(own.map { $0.scheduled - turn.start }.sorted() == (0..<10).map { $0 * 20_000_000 })
            }
        }
        let a = requests.filter { $0.arm == 1 }, b = requests.filter { $0.arm == 2 }
        #expect(a.count + b.count == requests.count && end.startedIterations == requests.count)
        if executor.arrivals != nil {
            #expect(a.count == 30 && run.lanes[0].plannedArrivals == 30 && run.lanes[0].arrivalsDue(by: end.duration) == 30)
            // The same prompts in both.
            #expect(a.map(\.iteration).sorted() == b.map(\.iteration).sorted())
        }
        #expect(run.lanes.allSatisfy { $0.live.active == 0 && $0.live.inFlight == 0 })
    }

    @Test func turnsEndWithTheRun() async throws {
        let server = try ScriptedServer { _ in [.pause(milliseconds: 5), .completion] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 100, timeUnit: .seconds(1), duration: .milliseconds(300), preAllocatedVUs: 2, maxVUs: 40)
        let (_, end, _) = try await run(
            [lane(1, executor, server), lane(2, executor, server)], inTurns: [0, 1, 1, 0, 0, 1, 1, 0], stopAfter: 40)
        #expect(end.stopReason == "SIGTERM" && end.turns.count < 8 && end.turns.last.map { $0.emptied <= end.duration } == true)
    }
}
