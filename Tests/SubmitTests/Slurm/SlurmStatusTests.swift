// The order in which SLURM's commands are believed, with programs in their place that give the answers a real cluster
// gives only by chance: accounting that is off or late, jobs that are forgotten, a controller that does not answer.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct SlurmStatusTests {
    private let scratch: ScratchDirectory
    private let environment: [String: String]

    init() throws {
        scratch = try ScratchDirectory()
        environment = ["PATH": "\(scratch.path)/bin:/usr/bin:/bin", "HOME": scratch.path, "SML_SWISSAI_RESEARCH_API_KEY": "canary"]
        // A command nobody expects fails the test by its exit code.
        for name in ["sinfo", "sbatch", "squeue", "sacct", "scontrol", "scancel"] { try put(name, "exit 99") }
    }

    private func put(_ name: String, _ body: String) throws {
        try scratch.write("bin/\(name)", "#!/bin/bash\n\(body)\n", mode: 0o755)
    }

    /// `sbatch` of a version; `body` is a submission.
    private func putSbatch(_ body: String, version: String = "slurm 24.05.4") throws {
        try put("sbatch", "if [ \"$1\" = --version ]; then echo '\(version)'; exit; fi\n\(body)")
    }

    private func status() async throws -> JobState {
        try await SlurmLauncher(environment: environment).state(of: #require(JobID("7")))
    }

    private func job(_ script: String = "#!/bin/bash\n", directory: String) -> JobSubmission {
        JobSubmission(name: "n", script: script, directory: directory, logDirectory: "logs/%j", account: nil)
    }

    @Test func aJobInTheQueueIsNotAskedForElsewhere() async throws {
        try put("squeue", #"[ "$*" = "-h -j 7 -o %T|%r" ] && echo 'COMPLETING|None'"#)
        #expect(try await status() == .ending)
    }

    @Test(arguments: ["exit 0", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"])
    func aJobOutOfTheQueueIsAccountings(queue: String) async throws {
        try put("squeue", queue)
        try put("sacct", #"[ "$*" = "-n -P -j 7 -o State,ExitCode,ElapsedRaw,TimelimitRaw" ] && echo 'CANCELLED by 1000|0:0'"#)
        #expect(try await status() == .ended(JobEnd(.cancelled)))
    }

    @Test(arguments: ["exit 0", "echo 'Slurm accounting storage is disabled' >&2; exit 1", "echo 'RUNNING|0:0'"])
    func withoutAccountingTheControllerIsAsked(accounting: String) async throws {
        try put("squeue", "exit 0")
        try put("sacct", accounting)
        try put("scontrol", "echo 'JobId=7 JobName=x JobState=TIMEOUT Reason=TimeLimit ExitCode=0:15'")
        #expect(try await status() == .ended(JobEnd(.timeout, signal: 15)))
        try put("scontrol", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
        #expect(try await status() == .unknown)
        // A queue that was asked for something else.
        try put("scontrol", "echo 'JobId=7 JobState=PENDING Reason=Resources ExitCode=0:0'")
        #expect(try await status() == .pending(reason: "Resources"))
        try put("scontrol", "echo 'JobId=7 JobState=RUNNING Reason=None ExitCode=0:0'")
        #expect(try await status() == .running)
    }

    /// Accounting shows codes above 128 without their highest bit.
    @Test(arguments: [("127:0", "255:0", 255), ("9:0", "137:0", 137), ("99:0", "99:0", 99), ("99:0", "", 99), ("1:0", "2:0", 1)])
    func theControllersExitCodeIsBelieved(accounted: String, shown: String, code: Int32) async throws {
        try put("squeue", "exit 0")
        try put("sacct", "echo 'FAILED|\(accounted)|5|60'")
        try put("scontrol", shown.isEmpty ? "exit 1" : "echo 'JobId=7 JobState=FAILED Reason=NonZeroExitCode ExitCode=\(shown)'")
        #expect(try await status() == .ended(JobEnd(.failed, exitCode: code, elapsed: .seconds(5), limit: .seconds(3600))))
    }

    /// Each of them would decide what a command of SLURM asks or answers.
    @Test func noVariableOfSLURMsDecides() async throws {
        let hostile = [
            "SQUEUE_STATES", "SQUEUE_PARTITION", "SACCT_FORMAT", "SINFO_PARTITION", "SCANCEL_STATE", "SBATCH_PARTITION", "SBATCH_TIMELIMIT",
            "SBATCH_REQUEUE", "SBATCH_ARRAY_INX", "SBATCH_WAIT", "SBATCH_EXPORT", "SLURM_CLUSTERS", "SLURM_TIME_FORMAT", "SLURM_JOB_ID",
            "_SLURM_SPANK_OPTION_pyxis_container_image",
        ]
        let passed = ["SLURM_CONF", "SBATCH_QOS", "SBATCH_CONSTRAINT", "SBATCH_MEM_PER_NODE", "LANG"]
        let environment = environment.merging((hostile + passed).map { ($0, "x") }) { $1 }
        for name in ["squeue", "sacct", "sinfo", "scancel", "scontrol"] { try put(name, "env >>\(scratch.path)/environment; exit 0") }
        try putSbatch("cat >/dev/null; env >>\(scratch.path)/environment; echo 12")
        let launcher = SlurmLauncher(environment: environment)
        let id = try #require(JobID("7"))
        _ = try await launcher.state(of: id)
        _ = try await launcher.partitions()
        _ = try await launcher.cancel(id)
        _ = try await launcher.submit(job(directory: scratch.path))
        let names = try scratch.text("environment").split(separator: "\n").map { $0.prefix { $0 != "=" } }
        #expect(names.filter { hostile.contains(String($0)) } == [])
        // Each command has them, and each of the six was asked at least once.
        let commands = names.count { $0 == "PATH" }
        #expect(commands >= 6)
        for name in passed { #expect(names.count { $0 == name } == commands, "\(name)") }
    }

    /// Options of the command line outrank variables, which outrank the script's header.
    @Test func theHeaderIsOnTheCommandLineToo() async throws {
        try putSbatch("cat > /dev/null; printf '%s\\n' \"$@\" > \(scratch.path)/arguments; echo 12")
        let script = "#!/bin/bash\n#SBATCH --time=00:10:00\n#SBATCH --no-requeue\n# text\n#SBATCH --later\n"
        _ = try await SlurmLauncher(environment: environment).submit(job(script, directory: "/d"))
        #expect(try scratch.text("arguments") == "--parsable\n--time=00:10:00\n--no-requeue\n--chdir\n/d\n")
    }

    /// A plugin of the site looks the job over for longer than we wait; the job is there.
    @Test func aSubmissionWithoutAnAnswerInTimeIsLookedUp() async throws {
        try putSbatch("cat > /dev/null; echo x >> \(scratch.path)/calls; exec sleep 60")
        try put("squeue", #"case "$*" in *"--states=all --name n "*) echo 55;; *) exit 98;; esac"#)
        let limits = SlurmLauncher.Limits(submission: .milliseconds(300), settling: .zero)
        let launcher = SlurmLauncher(environment: environment, limits: limits)
        #expect(try await launcher.submit(job(directory: scratch.path)).description == "55")
        try put("squeue", "exit 0")
        await #expect(
            throws: LauncherError.doubtful("the job may be queued as n: sbatch: no answer within 0 s")
        ) { try await launcher.submit(job(directory: scratch.path)) }
        // Never twice.
        #expect(try scratch.text("calls") == "x\nx\n")
    }

    @Test func aControllerThatCannotBeReachedIsNoRefusal() async throws {
        try putSbatch(
            "cat > /dev/null; echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; exit 1"
        )
        await #expect {
            try await SlurmLauncher(environment: environment, limits: .init(patience: .zero)).submit(job(directory: scratch.path))
        } throws: { ($0 as? LauncherError)?.exitCode == 69 }
    }

    @Test func aQueueThatDoesNotAnswerIsAnErrorAndNoEnd() async throws {
        try put("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1")
        await #expect(
            throws: LauncherError.unreachable(
                "squeue: slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
        ) { try await status() }
    }

    /// A controller that restarts is asked again; somebody who waits hears of it.
    @Test func aControllerThatIsAwayForAMomentIsAskedAgain() async throws {
        try put(
            "sinfo",
            "if [ ! -e \(scratch.path)/asked2 ]; then [ -e \(scratch.path)/asked ] && touch \(scratch.path)/asked2; touch \(scratch.path)/asked; "
                + "echo 'slurm_load_partitions: Unable to contact slurm controller (connect failure)' >&2; exit 1; fi; echo 'normal|1:00:00|1-2'"
        )
        let notes = Notes()
        var launcher = SlurmLauncher(environment: environment)
        launcher.notice = { notes.tell($0) }
        #expect(try await launcher.partitions().map(\.name) == ["normal"])
        #expect(
            notes.told == ["sinfo: slurm_load_partitions: Unable to contact slurm controller (connect failure); trying again"])
    }

    /// SLURM's scancel says nothing of a job that has ended.
    @Test func cancellingWhatIsOverIsToldFromCancelling() async throws {
        try put("scancel", "exit 0")
        try put("squeue", "echo 'RUNNING|None'")
        let launcher = SlurmLauncher(environment: environment)
        let id = try #require(JobID("7"))
        #expect(try await launcher.cancel(id) == .asked)
        try put("squeue", "exit 0")
        try put("sacct", "echo 'COMPLETED|0:0'")
        #expect(try await launcher.cancel(id) == .wasOver)
        try put("sacct", "exit 0")
        try put("scontrol", "exit 1")
        #expect(try await launcher.cancel(id) == .notKnown)
    }

    @Test func aJobIsFoundByItsName() async throws {
        try put("squeue", #"case "$*" in *"--states=all --name n "*) echo 55;; *) exit 98;; esac"#)
        let launcher = SlurmLauncher(environment: environment)
        #expect(try await launcher.job(named: "n") == JobID("55"))
        // Out of the queue, accounting has it.
        try put("squeue", "exit 0")
        try put("sacct", #"case "$*" in *"--name n "*) echo 56;; *) exit 98;; esac"#)
        #expect(try await launcher.job(named: "n") == JobID("56"))
        try put("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
        #expect(try await launcher.job(named: "n") == nil)
    }

    @Test func aRefusalIsNotRepeated() async throws {
        try putSbatch("cat > /dev/null; echo x >> \(scratch.path)/calls; echo 'sbatch: error: invalid partition specified: p' >&2; exit 1")
        let launcher = SlurmLauncher(environment: environment)
        await #expect(throws: LauncherError.refused("SLURM refused: invalid partition specified: p")) {
            try await launcher.submit(job(directory: scratch.path))
        }
        #expect(try scratch.text("calls") == "x\n")
    }

    @Test func aLostAnswerIsLookedForBeforeASecondSubmission() async throws {
        try putSbatch(
            "cat > /dev/null; echo x >> \(scratch.path)/calls; echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1"
        )
        try put("squeue", #"case "$*" in *"--name n "*) echo 55;; *) exit 98;; esac"#)
        let launcher = SlurmLauncher(environment: environment)
        let id = try await launcher.submit(job(directory: scratch.path))
        #expect(id.description == "55")
        #expect(try scratch.text("calls") == "x\n")
    }

    @Test func theScriptGoesInByStandardInputAndTheKeyDoesNot() async throws {
        try putSbatch("cat > \(scratch.path)/script; env > \(scratch.path)/env; printf '%s\\n' \"$@\" > \(scratch.path)/arguments; echo 12")
        let launcher = SlurmLauncher(environment: environment)
        let script = "#!/bin/bash\n# é 'x' $(y)\n"
        #expect(try await launcher.submit(job(script, directory: scratch.file("some dir"))).description == "12")
        #expect(try scratch.text("script") == script)
        #expect(try scratch.text("arguments") == "--parsable\n--chdir\n\(scratch.file("some dir"))\n")
        #expect(try !scratch.text("env").contains("canary"))
    }

    /// Before 23.02 the directory of the log must be there when the job begins.
    @Test func anOldSLURMsJobBeginsWhenItsLogDirectoryIsThere() async throws {
        try putSbatch("cat > /dev/null; printf '%s\\n' \"$@\" > \(scratch.path)/arguments; echo 12", version: "slurm-wlm 22.05.8")
        try put("scontrol", "[ -d \(scratch.path)/logs/12 ] && printf '%s\\n' \"$@\" > \(scratch.path)/update")
        let launcher = SlurmLauncher(environment: environment)
        #expect(try await launcher.submit(job(directory: scratch.path)).description == "12")
        #expect(try scratch.text("arguments") == "--parsable\n--begin=now+60\n--chdir\n\(scratch.path)\n")
        #expect(try scratch.text("update") == "update\njobid=12\nstarttime=now\n")
        // A controller that does not take that lets the job begin a minute later.
        try put("scontrol", "exit 1")
        #expect(try await launcher.submit(job(directory: scratch.path)).description == "12")
    }

    @Test func aJobThatCannotHaveItsLogDirectoryIsCancelled() async throws {
        try putSbatch("cat > /dev/null; echo 12", version: "slurm-wlm 22.05.8")
        try put("scancel", "echo \"$@\" > \(scratch.path)/cancelled")
        try scratch.write("logs", "a file")
        await #expect(throws: LauncherError.self) {
            try await SlurmLauncher(environment: environment).submit(job(directory: scratch.path))
        }
        #expect(try scratch.text("cancelled") == "12\n")
    }

    @Test func anUnknownPartitionIsRefusedWithTheKnownOnes() async throws {
        try put("sinfo", #"[ "$*" = "-h -o %P|%l|%s" ] && printf 'normal*|12:00:00|1-infinite\ndebug|30:00|1-2\n'"#)
        var tree = ConfigurationFile.empty(environment: environment).tree
        tree.set("launcher", "slurm")
        let file = ConfigurationFile(tree: tree, path: "config.yml")
        await #expect(throws: SubmitError.usage("--partition: \"x\" does not exist; known are normal, debug")) {
            try await file.openCluster(system: nil, partition: "x", account: "a", environment: environment)
        }
        let opened = try await file.openCluster(system: nil, partition: "debug", account: nil, environment: environment)
        #expect(opened.directory == "\(scratch.path)/.sml/loadtest_runs")
        #expect(opened.partition == Partition(name: "debug", timeLimit: .seconds(1800), nodeLimit: 2))
        #expect(!opened.account.isEmpty)
    }

    @Test func filesAreReadFromAnOffsetAndFetchedWhole() async throws {
        let launcher = SlurmLauncher(environment: environment)
        try await launcher.makeDirectory(scratch.file("a/b"))
        try await launcher.write(Array("one\ntwo\nthr".utf8), to: scratch.file("a/b/f"), mode: .ownerOnly)
        #expect(try scratch.mode("a/b") == 0o700)
        #expect(try scratch.mode("a/b/f") == 0o600)
        #expect(try await launcher.read(scratch.file("a/b/f"), from: 4, limit: 4) == Array("two\n".utf8))
        #expect(try await launcher.read(scratch.file("a/b/f"), from: nil, limit: 3) == Array("thr".utf8))
        #expect(try await launcher.read(scratch.file("none"), from: 0, limit: 4) == nil)
        #expect(try await launcher.fetch(scratch.file("a/b/f"), to: scratch.file("home")))
        #expect(try scratch.text("home") == "one\ntwo\nthr")
        #expect(try await !launcher.fetch(scratch.file("none"), to: scratch.file("home2")))
        #expect(try await launcher.size(of: scratch.file("a/b/f")) == 11)
        try await launcher.remove(scratch.file("a/b/f"))
        try await launcher.remove(scratch.file("a/b/f"))
    }
}
