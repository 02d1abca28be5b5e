// What a run does about a server that misbehaves, against one that does: pauses, stops, the circuit breaker, and what
// is odd about answers that count as good.

import Scenarios
import Synchronization
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct FaultPolicyTests {
    private static let arrivals = Executor.constantArrivalRate(
        rate: 50, timeUnit: .seconds(1), duration: .seconds(2), preAllocatedVUs: 1, maxVUs: 100)
    private static let tooMany = ServerAction.answer(
        status: "429 Too Many Requests", headers: ["Retry-After: 1"], "{}")

    /// The first request gets a 429, all others a completion.
    private static func limitingOnce() throws -> ScriptedServer {
        let seen = Atomic<Int>(0)
        return try ScriptedServer { _ in
            seen.wrappingAdd(1, ordering: .relaxed).oldValue == 0 ? [tooMany] : [.completion]
        }
    }

    @Test func a429IsCountedAndNothingElseByDefault() async throws {
        let server = try Self.limitingOnce()
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.arrivals, url: server.url))
        #expect(run.requests.count == 100 && run.of(.dropped).isEmpty && run.end.stopReason == nil)
        let limited = run.requests.filter { $0.status == 429 }
        #expect(limited.map(\.retryAfterSeconds) == [1])
    }

    @Test func pauseDropsArrivalsUntilRetryAfterHasPassed() async throws {
        let server = try Self.limitingOnce()
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.arrivals, url: server.url, faults: FaultPolicy(onTooManyRequests: .pause)))
        let limited = try #require(run.requests.first { $0.status == 429 })
        let dropped = run.of(.dropped)
        #expect(dropped.allSatisfy { $0.flags.contains(.paused) })
        #expect(run.requests.count + dropped.count == 100)
        // 50/s for one second; the server's own time is all that can shift it.
        #expect((45...51).contains(dropped.count), "\(dropped.count)")
        let silent = limited.end..<(limited.end + 1_000_000_000)
        #expect(run.requests.filter { $0.iteration != limited.iteration && silent.contains($0.started) }.isEmpty)
        #expect(run.end.stopReason == nil)
    }

    @Test func pausedUsersWaitAndGoOn() async throws {
        let server = try Self.limitingOnce()
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: 3, duration: .seconds(2)), url: server.url, think: .milliseconds(100),
                faults: FaultPolicy(onTooManyRequests: .pause)), workers: 2)
        let limited = try #require(run.requests.first { $0.status == 429 })
        // Those in flight when the answer came are not called back; a few milliseconds for the other shard to see it.
        let silent = (limited.end + 20_000_000)..<(limited.end + 1_000_000_000)
        #expect(run.requests.filter { silent.contains($0.started) }.isEmpty)
        let after = run.requests.filter { $0.started >= silent.upperBound }
        #expect(Set(after.map(\.virtualUser)) == [0, 1, 2])
        // The pause is part of an iteration, as every sleep is.
        let waited = run.of(.iterationEnd).filter { $0.end - $0.started > 800_000_000 }
        #expect((1...3).contains(waited.count))
        #expect(run.live.active == 0)
    }

    @Test func aPauseBeyondTheEndLeavesNothingWaiting() async throws {
        let server = try ScriptedServer { _ in
            [.answer(status: "429 Too Many Requests", headers: ["Retry-After: 3600"], "{}")]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: 2, duration: .seconds(1)), url: server.url,
                faults: FaultPolicy(onTooManyRequests: .pause)))
        #expect((1...2).contains(run.requests.count))
        #expect(run.end.duration < 20_000_000_000)
        #expect(run.live.active == 0)
    }

    @Test func stopEndsTheRunAtTheFirst429() async throws {
        let server = try Self.limitingOnce()
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.arrivals, url: server.url, faults: FaultPolicy(onTooManyRequests: .stop)))
        #expect(run.end.stoppedByRule)
        #expect(run.end.stopReason == "429 Too Many Requests (on_429: stop)")
        // A batch is read 100 ms after its first record at the latest.
        #expect(run.requests.count < 50, "\(run.requests.count)")
    }

    @Test func breakerEndsAFailingRun() async throws {
        let server = try ScriptedServer { _ in [.answer(status: "500 Internal Server Error", "{}")] }
        defer { server.stop() }
        let executor = Executor.constantArrivalRate(
            rate: 20, timeUnit: .seconds(1), duration: .seconds(60), preAllocatedVUs: 1, maxVUs: 10)
        let limit = ErrorLimit(share: 0.5, window: .seconds(1))
        let run = try await RunHarness.run(
            RunHarness.plan(executor, url: server.url, faults: FaultPolicy(errorLimit: limit)))
        #expect(run.end.stoppedByRule)
        #expect(run.end.stopReason?.hasSuffix("requests failed within 1s (stop_on.errors: 50% for 1s)") == true)
        #expect(run.end.duration < 20_000_000_000)
        #expect(run.requests.count >= 19)
    }

    @Test func breakerLeavesAGoodRunAlone() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                Self.arrivals, url: server.url,
                faults: FaultPolicy(errorLimit: ErrorLimit(share: 0.01, window: .seconds(1)))))
        #expect(run.end.stopReason == nil && !run.end.stoppedByRule && run.requests.count == 100)
    }
}
