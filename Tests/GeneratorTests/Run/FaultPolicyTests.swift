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

    /// RFC 9110 has whole seconds and dates; gateways send fractions. Without a word it is a second.
    @Test func retryAfterIsReadAsWritten() {
        let now = 784_111_777
        for (text, nanoseconds) in [
            ("0", 0), ("1", 1_000_000_000), ("1.5", 1_500_000_000), ("0.25", 250_000_000), ("86400", 86_400_000_000_000),
            ("Sun, 06 Nov 1994 08:49:47 GMT", 10_000_000_000), ("Sunday, 06-Nov-94 08:49:47 GMT", 10_000_000_000),
            ("Sun, 06 Nov 1994 08:49:27 GMT", 0), ("99999999999999999999", RetryAfterHeader.longest),
            ("", nil), ("soon", nil), ("-1", nil), ("1.2.3", nil), (".", nil),
        ] as [(String, Int64?)] {
            #expect(RetryAfterHeader.nanoseconds(text, now: now) == nanoseconds, "\(text)")
        }
    }

    @Test func aPauseAndTheEndOfThePlan() {
        let pause = RequestPause()
        #expect(pause.end(at: 0) == nil && pause.reasonToEnd(at: 0, planEnd: 900_000_000_000) == nil)
        pause.tooManyRequests(at: 1_000, retryAfter: 0)
        #expect(pause.end(at: 1_000) == nil)
        pause.tooManyRequests(at: 1_000, retryAfter: -1)
        #expect(pause.end(at: 1_000) == 1_000_001_000)
        pause.tooManyRequests(at: 2_000, retryAfter: 500_000_000)
        #expect(pause.end(at: 2_000) == 1_000_001_000)
        // 15 minutes: within, and past the end with 60 s and with 9 s left.
        pause.tooManyRequests(at: 840_000_000_000, retryAfter: 30_000_000_000)
        #expect(pause.reasonToEnd(at: 840_000_000_000, planEnd: 900_000_000_000) == nil)
        pause.tooManyRequests(at: 840_000_000_000, retryAfter: 90_000_000_000)
        #expect(
            pause.reasonToEnd(at: 840_000_000_000, planEnd: 900_000_000_000)
                == "429 Too Many Requests asks for a pause of another 1m30s, past the end of the plan (on_429: pause)")
        #expect(pause.reasonToEnd(at: 891_000_000_000, planEnd: 900_000_000_000) == nil)
    }

    /// The first answer says 0: nothing is held back, and nothing dropped.
    @Test func aPauseOfNothingIsNone() async throws {
        let seen = Atomic<Int>(0)
        let server = try ScriptedServer { _ in
            seen.wrappingAdd(1, ordering: .relaxed).oldValue == 0
                ? [.answer(status: "429 Too Many Requests", headers: ["Retry-After: 0"], "{}")] : [.completion]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.arrivals, url: server.url, faults: FaultPolicy(onTooManyRequests: .pause)))
        #expect(run.requests.count == 100 && run.of(.dropped).isEmpty && run.end.stopReason == nil)
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

    /// A run that would send nothing any more is no completed one.
    @Test(arguments: ["86400", "Fri, 31 Dec 9999 23:59:59 GMT", "99999999999999999999"])
    func aPauseBeyondTheEndEndsTheRun(retryAfter: String) async throws {
        let server = try ScriptedServer { _ in
            [.answer(status: "429 Too Many Requests", headers: ["Retry-After: \(retryAfter)"], "{}")]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: 2, duration: .seconds(60)), url: server.url,
                faults: FaultPolicy(onTooManyRequests: .pause)))
        #expect((1...2).contains(run.requests.count))
        #expect(run.end.duration < 20_000_000_000)
        #expect(run.end.stoppedByRule)
        let reason = try #require(run.end.stopReason)
        #expect(reason.hasPrefix("429 Too Many Requests asks for a pause of another ") && reason.hasSuffix(" (on_429: pause)"), "\(reason)")
        #expect(retryAfter != "86400" || reason.contains(" 24h, ") || reason.contains(" 1d, ") || reason.contains("23h59m"), "\(reason)")
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
