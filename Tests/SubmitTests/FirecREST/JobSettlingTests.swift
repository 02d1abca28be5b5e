// When a job that accounting calls ended has really ended; the values are a real SLURM's.

import FirecRESTFake
import Testing

@testable import Submit

@Suite struct JobSettlingTests {
    private static let batch = FakeJob.Step(id: "100.batch", state: "CANCELLED", signal: 15, end: 407)
    /// Before the step has ended, and after.
    private static let inferred = FakeJob.Step(id: "100.0", state: "CANCELLED", end: 406)
    private static let own = FakeJob.Step(id: "100.0", state: "FAILED", exitCode: 105, end: 415)

    private func job(_ state: String, end: Int? = 406, _ steps: [FakeJob.Step]) async throws -> FirecRESTJob {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let id = try await opened.submit(
            script: FakeCluster.script, name: FakeCluster.jobName, workingDirectory: "/users/hpcuser/.sml")
        cluster.scheduler.set(id, state, end: end, steps: steps)
        return try #require(try await opened.job(id))
    }

    @Test(arguments: ["CANCELLED by 1000", "TIMEOUT", "PREEMPTED"]) func aStepIsWaitedFor(state: String) async throws {
        #expect(try await job(state, [Self.batch, Self.inferred]).isSettling)
        #expect(try await !job(state, [Self.batch, Self.own]).isSettling)
        // Killed at the end of its time.
        #expect(try await !job(state, [Self.batch, .init(id: "100.0", state: "CANCELLED", signal: 9, end: 436)]).isSettling)
    }

    @Test func whatEndedByItselfOrNeverBeganIsNot() async throws {
        #expect(
            try await !job(
                "COMPLETED", [.init(id: "100.batch", state: "COMPLETED", end: 406), .init(id: "100.0", state: "COMPLETED", end: 406)]
            ).isSettling)
        #expect(try await !job("NODE_FAIL", [Self.inferred]).isSettling)
        #expect(try await !job("RUNNING", end: nil, [.init(id: "100.0", state: "RUNNING")]).isSettling)
        #expect(try await !job("CANCELLED by 1000", []).isSettling)
    }

    @Test func noStepIsWaitedForLongerThanSLURMWould() async throws {
        let settling = SettlingJobs()
        let job = try await job("CANCELLED by 1000", [Self.batch, Self.inferred])
        let start = ContinuousClock.now
        #expect(settling.state(of: job, at: start) == .ending)
        #expect(settling.state(of: job, at: start + .seconds(34)) == .ending)
        #expect(
            settling.state(of: job, at: start + .seconds(35)) == .ended(JobEnd(.cancelled, elapsed: .seconds(3), limit: .seconds(7200))))
        #expect(
            SettlingJobs().state(of: try await self.job("TIMEOUT", [Self.own]))
                == .ended(JobEnd(.timeout, elapsed: .seconds(3), limit: .seconds(7200))))
    }

    /// Accounting knows it of the step only.
    @Test func aStepThatRanOutOfMemoryIsTheJobsEnd() async throws {
        let killed = FakeJob.Step(id: "100.0", state: "OUT_OF_MEMORY", signal: 125, end: 406)
        #expect(
            try await job("FAILED", [Self.batch, killed]).accounted
                == .ended(JobEnd(.outOfMemory, elapsed: .seconds(3), limit: .seconds(7200))))
    }

    /// A server that tells nothing of steps.
    @Test func withoutStepsItIsWaited() async throws {
        var job = try await job("CANCELLED by 1000", [])
        job.steps = nil
        #expect(job.isSettling)
        job.elapsed = 0
        #expect(!job.isSettling)
    }
}
