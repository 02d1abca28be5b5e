// Submitting exactly once, refusals at once, cancelling what is over, jobs the server does not know yet.

import FirecRESTFake
import Foundation
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(15))) struct FirecRESTJobTests {
    private func submit(_ cluster: FirecRESTCluster, script: String = FakeCluster.script) async throws -> String {
        try await cluster.submit(script: script, name: FakeCluster.jobName, workingDirectory: "/users/hpcuser/.sml")
    }

    @Test func aLostAnswerToASubmissionMakesNoSecondJob() async throws {
        for fault in [FakeFault.loseAnswer, .failAfter(500), .failAfter(503), .failAfter(408)] {
            let cluster = try FakeCluster()
            let opened = try await cluster.open()
            cluster.fake.fail("submit", fault)
            #expect(try await submit(opened) == "100")
            #expect(cluster.scheduler.jobs.count == 1)
            #expect(cluster.fake.calls.suffix(2) == ["POST /compute/cluster/jobs", "GET /compute/cluster/jobs"])
        }
    }

    /// The list lacks a job for a while that the server knows by its number; or nothing was carried out, who knows.
    @Test(arguments: [true, false]) func aSubmissionInDoubtIsNotRepeated(isCarriedOut: Bool) async throws {
        for status in [408, 500, 502] {
            let cluster = try FakeCluster()
            cluster.fake.hidesNewJobsFromTheList = true
            let opened = try await cluster.open()
            cluster.fake.fail("submit", isCarriedOut ? .failAfter(status) : .status(status))
            let error = await #expect(throws: FirecRESTError.self) { try await submit(opened) }
            guard case .doubtful(FakeCluster.jobName, _)? = error else { Issue.record("\(String(describing: error))"); return }
            #expect(error?.exitCode == 69)
            #expect(cluster.scheduler.jobs.count == (isCarriedOut ? 1 : 0))
            #expect(cluster.fake.calls.filter { $0 == "POST /compute/cluster/jobs" }.count == 1)
        }
    }

    /// sbatch's own words, inside a 500.
    @Test func aControllerThatTimedOutMayHaveTheJob() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let words = "Unexpected Slurm command response. exit_status:1 std_err:sbatch: error: Batch job submission failed: "
        cluster.fake.fail("submit", .status(500, message: words + "Unable to contact slurm controller (connect failure)"))
        #expect(try await submit(opened) == "100")
        #expect(cluster.notes.pauses == [.seconds(1)])
        cluster.fake.fail("submit", .status(500, message: words + "Socket timed out on send/recv operation"))
        #expect(try await submit(opened) == "100")
        #expect(cluster.scheduler.jobs.count == 1)
    }

    @Test func aSubmissionThatDidNotHappenIsRepeated() async throws {
        for fault in [FakeFault.status(503), .status(424), .status(429), .expireTokens] {
            let cluster = try FakeCluster()
            let opened = try await cluster.open()
            cluster.fake.fail("submit", fault)
            #expect(try await submit(opened) == "100")
            #expect(cluster.scheduler.jobs.count == 1)
            #expect(cluster.fake.violations == [])
        }
    }

    @Test func aWrongReservationIsReportedAtOnceWithSbatchsWords() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let script = FakeCluster.script.replacing("true\n", with: "#SBATCH --reservation=nope\ntrue\n")
        let start = ContinuousClock.now
        let error = await #expect(throws: FirecRESTError.self) { try await submit(opened, script: script) }
        let took = ContinuousClock.now - start
        #expect(error == .slurmRefused("Batch job submission failed: Requested reservation is invalid (nope)"))
        #expect(error?.exitCode == 64)
        #expect(took < .seconds(2))
        print("wrong reservation reported in \(took)")
        #expect(cluster.fake.calls.filter { $0 == "POST /compute/cluster/jobs" }.count == 1)
        let headless = await #expect(throws: FirecRESTError.self) { try await submit(opened, script: "true\n") }
        #expect(headless == .slurmRefused("This does not look like a batch script."))
    }

    @Test func cancellingAFinishedJobIsSuccessAtOnce() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let id = try await submit(opened)
        #expect(try await opened.cancel(id) == .asked)
        let start = ContinuousClock.now
        #expect(try await opened.cancel(id) == .wasOver)
        let took = ContinuousClock.now - start
        #expect(took < .seconds(1))
        print("cancel of a finished job took \(took)")
        #expect(try await opened.cancel("4711") == .notKnown)
        #expect(cluster.notes.pauses.isEmpty)
    }

    @Test func a404ShortlyAfterSubmissionMeansNotKnownYet() async throws {
        let cluster = try FakeCluster { $0.looksUntilKnown = 2 }
        let opened = try await cluster.open()
        let id = try await submit(opened)
        for _ in 0..<2 { #expect(try await opened.job(id) == nil) }
        let job = try await opened.job(id)
        #expect(job?.accounted == .pending(reason: "Priority"))
        // For a transfer job there is nobody above who knows how long that may be.
        let error = await #expect(throws: FirecRESTError.self) { try await opened.waitForTransfer("999", of: "/x") }
        #expect(error?.description == "/x: transfer job 999 is not known to SLURM")
        #expect(cluster.fake.violations == [])
    }
}
