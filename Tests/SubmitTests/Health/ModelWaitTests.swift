// A launched model as its user sees it come up, or not.

import Health
import Testing

@testable import Submit

@Suite struct ModelWaitTests {
    private var wait: ModelWait

    init() throws { wait = ModelWait(id: try #require(JobID("12")), timeout: .seconds(600)) }

    private func down(_ status: Int = 503) -> ModelHealth { .notResponding(status: status, said: "") }

    @Test mutating func saysWhatChangesAndEndsWithTheFirstAnswer() {
        let queued = wait.look(ModelLook(job: .pending(reason: "Resources")), elapsed: .zero)
        #expect(queued.lines == ["job 12: PENDING (Resources) for 00:00:00"])
        let estimated = wait.look(
            ModelLook(job: .pending(reason: "Resources"), expectedStart: "2026-01-31 12:00:00"), elapsed: .seconds(5))
        #expect(estimated.lines == ["job 12: PENDING (Resources) for 00:00:05, expected to start 2026-01-31 12:00:00"])
        let loading = wait.look(ModelLook(job: .running, log: "loading 1/8\nloading 2/8\n", health: down()), elapsed: .seconds(60))
        #expect(loading.lines == ["job 12: RUNNING for 00:00:00", "Model health is NOT_RESPONDING (503); waiting quietly..."])
        #expect(loading.live == "job 12: RUNNING for 00:00:00, model NOT_RESPONDING | loading 2/8")
        let half = wait.look(ModelLook(job: .running, replicas: "1 of 2 replicas healthy", health: down()), elapsed: .seconds(70))
        #expect(half.lines == ["job 12: RUNNING for 00:00:10, 1 of 2 replicas healthy"])
        let quiet = wait.look(ModelLook(job: .running, replicas: "1 of 2 replicas healthy", health: down()), elapsed: .seconds(72))
        #expect(quiet.lines.isEmpty)
        let ready = wait.look(ModelLook(job: .running, replicas: "2 of 2 replicas healthy", health: .healthy), elapsed: .seconds(80))
        #expect(ready.step == .ready)
        #expect(ready.lines.last == "Model health is HEALTHY.")
    }

    @Test(arguments: [JobEnd(.failed, exitCode: 1), JobEnd(.cancelled), JobEnd(.outOfMemory), JobEnd(.nodeFailure)])
    mutating func aJobThatEndedEndsTheWaitAtOnce(end: JobEnd) {
        _ = wait.look(ModelLook(job: .running, health: down()), elapsed: .zero)
        let ended = wait.look(ModelLook(job: .ended(end)), elapsed: .seconds(3))
        #expect(ended.step == .ended(end) && ended.lines.isEmpty)
    }

    @Test mutating func aJobNobodyKnowsIsGoneAfterAMinute() {
        guard case .look = wait.look(ModelLook(job: .unknown), elapsed: .zero).step else { Issue.record("too early"); return }
        #expect(wait.look(ModelLook(job: .unknown), elapsed: .seconds(60)).step == .ended(.forgotten))
    }

    @Test mutating func aKeyThatIsRefusedEndsTheWait() {
        for second in [0, 10] { _ = wait.look(ModelLook(job: .running, health: down(401)), elapsed: .seconds(second)) }
        guard case .refused(let error) = wait.look(ModelLook(job: .running, health: down(401)), elapsed: .seconds(20)).step
        else { Issue.record("goes on"); return }
        #expect(error.exitCode == 77)
    }

    @Test mutating func theTimeLimitCountsTheQueueToo() {
        _ = wait.look(ModelLook(job: .pending(reason: "Priority")), elapsed: .zero)
        // The last look is at the limit.
        #expect(wait.look(ModelLook(job: .pending(reason: "Priority")), elapsed: .seconds(598)).step == .look(after: .seconds(2)))
        #expect(
            wait.look(ModelLook(job: .pending(reason: "Priority")), elapsed: .seconds(600)).step
                == .giveUp("job 12: still PENDING (Priority) after 600 s"))
        #expect(
            wait.look(ModelLook(job: .running, health: down()), elapsed: .seconds(601)).step
                == .giveUp("Model health is NOT_RESPONDING (503); gave up after 601 s."))
    }

    @Test mutating func aSilentClusterIsBorneForTenMinutesOrToTheLimit() throws {
        var patient = ModelWait(id: try #require(JobID("12")), timeout: .seconds(100_000))
        #expect(patient.failure("squeue: timed out", elapsed: .zero).lines == ["job 12: no news: squeue: timed out"])
        guard case .look = patient.failure("squeue: timed out", elapsed: .seconds(300)).step else { Issue.record("gives up"); return }
        guard case .giveUp = patient.failure("squeue: timed out", elapsed: .seconds(600)).step else { Issue.record("goes on"); return }
        guard case .giveUp = wait.failure("squeue: timed out", elapsed: .seconds(600)).step else { Issue.record("goes on"); return }
    }

    @Test func slurmsEstimateIsReadable() {
        #expect(SlurmAnswer.expectedStart("2026-01-31T12:00:00\n") == "2026-01-31 12:00:00")
        #expect(SlurmAnswer.expectedStart("N/A\n") == nil && SlurmAnswer.expectedStart("") == nil)
    }
}
