// SLURM's answers as its commands print them, the misleading ones among them.

import Testing

@testable import Submit

@Suite struct SlurmAnswersTests {
    @Test(arguments: [("Submitted batch job 123\n", "123"), ("123\n", "123"), ("123;clariden\n", "123"), ("sbatch: note\n99\n", "99"), ("", nil), ("error", nil)])
    func jobNumbers(output: String, id: String?) { #expect(SlurmAnswer.submitted(output)?.description == id) }

    @Test(arguments: [
        ("PENDING|Resources\n", .pending(reason: "Resources")), ("PENDING|None\n", .pending(reason: nil)),
        ("CONFIGURING|None\n", .running), ("RUNNING|None\n", .running),
        ("COMPLETING|None\n", .ending), ("SUSPENDED|None\n", .running), ("", nil),
        ("PENDING|Nodes required for job are DOWN, DRAINED or reserved", .pending(reason: "Nodes required for job are DOWN, DRAINED or reserved")),
    ] as [(String, JobState?)]) func queue(output: String, state: JobState?) { #expect(SlurmAnswer.queued(output) == state) }

    @Test(arguments: [
        ("COMPLETED|0:0\n", JobEnd(.completed)), ("FAILED|99:0\n", JobEnd(.failed, exitCode: 99)),
        ("FAILED|0:53\n", JobEnd(.failed, signal: 53)), ("CANCELLED by 1000|0:0\n", JobEnd(.cancelled)),
        ("TIMEOUT|0:0\n", JobEnd(.timeout)), ("NODE_FAIL|1:0\n", JobEnd(.nodeFailure, exitCode: 1)),
        ("OUT_OF_MEMORY|0:125\n", JobEnd(.outOfMemory, signal: 125)), ("PREEMPTED|0:0\n", JobEnd(.preempted)),
    ]) func accounting(output: String, end: JobEnd) { #expect(SlurmAnswer.accounted(output) == .ended(end)) }

    @Test func accountingThatIsLate() {
        #expect(SlurmAnswer.accounted("") == nil)
        #expect(SlurmAnswer.accounted("RUNNING|0:0\n")?.isOver == false)
    }

    @Test func theControllersOwnView() {
        let output = "JobId=5 JobName=x UserId=me(1) JobState=FAILED Reason=NonZeroExitCode Dependency=(null) ExitCode=99:0 DerivedExitCode=0:0\n"
        #expect(SlurmAnswer.shown(output) == .ended(JobEnd(.failed, exitCode: 99)))
        #expect(SlurmAnswer.shown("slurm_load_jobs error: Invalid job id specified\n") == nil)
    }

    @Test func partitions() { #expect(SlurmAnswer.partitions("normal*\ndebug\ndebug\n\n") == ["normal", "debug"]) }
}
