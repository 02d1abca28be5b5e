// SLURM's answers as its commands print them, the misleading ones among them.

import Testing

@testable import Submit

@Suite struct SlurmAnswersTests {
    @Test(arguments: [
        ("Submitted batch job 123\n", "123"), ("123\n", "123"), ("123;clariden\n", "123"), ("sbatch: note\n99\n", "99"), ("", nil),
        ("error", nil),
    ])
    func jobNumbers(output: String, id: String?) { #expect(SlurmAnswer.submitted(output)?.description == id) }

    @Test(
        arguments: [
            ("PENDING|Resources\n", .pending(reason: "Resources")), ("PENDING|None\n", .pending(reason: nil)),
            ("CONFIGURING|None\n", .running), ("RUNNING|None\n", .running),
            ("COMPLETING|None\n", .ending), ("SUSPENDED|None\n", .running), ("", nil),
            (
                "PENDING|Nodes required for job are DOWN, DRAINED or reserved",
                .pending(reason: "Nodes required for job are DOWN, DRAINED or reserved")
            ),
        ] as [(String, JobState?)]) func queue(output: String, state: JobState?)
    { #expect(SlurmAnswer.queued(output) == state) }

    @Test(arguments: [
        ("COMPLETED|0:0\n", JobEnd(.completed)), ("FAILED|99:0\n", JobEnd(.failed, exitCode: 99)),
        ("FAILED|0:53\n", JobEnd(.failed, signal: 53)), ("CANCELLED by 1000|0:0\n", JobEnd(.cancelled)),
        ("TIMEOUT|0:0\n", JobEnd(.timeout)), ("NODE_FAIL|1:0\n", JobEnd(.nodeFailure, exitCode: 1)),
        ("OUT_OF_MEMORY|0:125\n", JobEnd(.outOfMemory, signal: 125)), ("PREEMPTED|0:0\n", JobEnd(.preempted)),
    ]) func accounting(output: String, end: JobEnd) { #expect(SlurmAnswer.accounted(output) == .ended(end)) }

    @Test func accountingKnowsTheStepsToo() {
        let whole = "FAILED|1:0|62|20\nFAILED|1:0|62|\nOUT_OF_MEMORY|0:125|60|\n"
        #expect(
            SlurmAnswer.accounted(whole)
                == .ended(JobEnd(.outOfMemory, exitCode: 1, elapsed: .seconds(62), limit: .seconds(1200))))
        #expect(
            SlurmAnswer.accounted("FAILED|105:0|62|UNLIMITED\nFAILED|105:0|62|\n")
                == .ended(JobEnd(.failed, exitCode: 105, elapsed: .seconds(62))))
        // A cancellation is one, whatever it did to the steps.
        #expect(
            SlurmAnswer.accounted("CANCELLED by 0|0:0|0|20\nOUT_OF_MEMORY|0:125|0|\n")
                == .ended(JobEnd(.cancelled, elapsed: .zero, limit: .seconds(1200))))
    }

    @Test func accountingThatIsLate() {
        #expect(SlurmAnswer.accounted("") == nil)
        // A number that no limit has: minutes as seconds would be more than 64 bits hold.
        #expect(SlurmAnswer.accounted("TIMEOUT|0:0|9223372036854775807|9223372036854775807\n") == .ended(JobEnd(.timeout)))
        #expect(SlurmAnswer.accounted("RUNNING|0:0\n")?.isOver == false)
    }

    @Test func theControllersOwnView() {
        let output =
            "JobId=5 JobName=x UserId=me(1) JobState=FAILED Reason=NonZeroExitCode Dependency=(null) ExitCode=99:0 DerivedExitCode=0:0 RunTime=00:01:05 TimeLimit=1-00:00:00 TimeMin=N/A\n"
        #expect(
            SlurmAnswer.shown(output)
                == .ended(JobEnd(.failed, exitCode: 99, elapsed: .seconds(65), limit: .seconds(86_400))))
        #expect(SlurmAnswer.shown("slurm_load_jobs error: Invalid job id specified\n") == nil)
    }

    @Test func partitions() {
        #expect(
            SlurmAnswer.partitions("normal*|12:00:00|1-infinite\ndebug|30:00|1-4\ndebug|30:00|1-4\nlong|infinite|1\nold\n\n") == [
                Partition(name: "normal", timeLimit: .seconds(43_200)),
                Partition(name: "debug", timeLimit: .seconds(1_800), nodeLimit: 4), Partition(name: "long", nodeLimit: 1),
                Partition(name: "old"),
            ])
    }

    @Test(
        arguments: [
            ("30:00", 1_800), ("1:02:03", 3_723), ("2-01:00:00", 176_400), ("infinite", nil), ("UNLIMITED", nil), ("n/a", nil),
            ("", nil), ("5", nil), ("1-5", nil), ("1-2-3", nil), ("a:b", nil),
        ] as [(String, Int?)]) func times(text: String, seconds: Int?)
    {
        #expect(SlurmTime.parse(text) == seconds.map { .seconds($0) })
    }

    @Test(arguments: [
        ("slurm 24.05.4\n", true), ("slurm 23.02.0\n", true), ("slurm-wlm 22.05.8\n", false), ("slurm 21.08.8-2\n", false),
        ("slurm 25.11.0-0rc1\n", true),
    ]) func versions(output: String, makesLogDirectory: Bool) throws {
        let version = try #require(SlurmVersion(output))
        #expect((version >= .makesLogDirectory) == makesLogDirectory)
    }

    @Test(arguments: ["", "slurm", "slurm x.y"]) func noVersion(output: String) { #expect(SlurmVersion(output) == nil) }
}
