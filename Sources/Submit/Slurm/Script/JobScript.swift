// The batch script of a run: SML's header and step, with a signal before the time limit; on several nodes the same step
// with a task on each. Values are words of the shell
// or checked names, never text for it to read, and no secret is among them: those are in files of the run's directory
// that only its owner can read.

import Base

package struct JobScript: Sendable, Equatable {
    let job: LoadJob
    let mounts: JobMounts

    /// As SML. A core carries tens of thousands of requests a second, so four are plenty.
    static let cpus = 4
    /// For answers in flight when the job is told to end; SLURM kills 30 s after a cancellation.
    static let drain = Duration.seconds(10)
    /// For the last series: a push takes some 30 ms. A receiver that does not take them in this time has them from who waits
    /// for the job; the node is not held for it.
    static let remoteWriteDrain = Duration.seconds(5)

    /// - Throws: ``SubmitError/usage(_:)`` for a value that SLURM's header or a mount cannot hold.
    init(_ job: LoadJob) throws {
        self.job = job
        for (value, option) in [(job.account, "--account"), (job.partition, "--partition"), (job.reservation, "--reservation")] {
            if let value { _ = try HeaderName.checked(value, option: option) }
        }
        mounts = try JobMounts(promptsFile: job.promptsFile)
        let (image, directory, runLabel) = (job.image, job.directory, job.runLabel)
        guard !image.isEmpty, image.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw SubmitError.usage("--loadtest-container-image: \(JSON.string(image).shown) is not accepted; expected an image")
        }
        guard JobMounts.canBeMounted("\(directory)/\(runLabel)") else {
            throw SubmitError.usage(
                JobMounts.canBeMounted(directory)
                    ? "\(runLabel): has a comma or a colon, which a mount cannot name; rename the scenario"
                    : "\(directory): has a comma or a colon, which a mount cannot name; set HOME to a directory of yours without one")
        }
    }

    /// `sml_loadtest_<scenario>_<6 letters>`; what SLURM's header cannot hold of the scenario becomes `_`.
    package static func jobName(scenario: String) -> String {
        let safe = String(scenario.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
        let letters = (0..<6).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" }
        return "sml_loadtest_\(safe)_\(String(letters))"
    }

    package func render() -> String {
        """
        #!/bin/bash
        \(header.map { "#SBATCH \($0)" }.joined(separator: "\n"))
        # Quoted values are meant literally, whatever they look like.
        # shellcheck disable=SC2016,SC1003,SC1112,SC2089,SC2090
        set -euo pipefail
        \(JobEnvironment.cleaning)

        RUN_DIR="$PWD"/\(ShellWord.quoted(job.runLabel))
        # The key and the receiver's address are for this job only. Bash comes here when it is told to end, too; the
        # generator has read them by then.
        trap 'rm -f -- "$RUN_DIR/\(StagedJob.configuration)" "$RUN_DIR/\(StagedJob.environment)" "$RUN_DIR/\(CarriedSettings.authorities)"' EXIT
        mkdir -p -- "logs/$SLURM_JOB_ID"
        [ -d "$RUN_DIR" ] || { printf 'sml: %s: is not there on node %s\\n' "$RUN_DIR" "$(uname -n)" >&2; exit 1; }
        printf 'run directory: %s\\n' "$RUN_DIR"
        printf 'image: %s\\n' \(ShellWord.quoted(job.image))
        # What the container calls /work, for what the generator prints.
        export \(StagedJob.directoryVariable)="$RUN_DIR"
        mounts="$RUN_DIR":\(JobMounts.work),\(ShellWord.quoted(mounts.corpusMount))
        \(mounts.following)

        status=0
        srun \(step) --export=ALL --container-image=\(ShellWord.quoted(job.image)) --container-mounts="$mounts" --container-workdir=\(JobMounts.work) \(command) || status=$?

        if [ -e "$RUN_DIR/\(summary)" ]; then printf 'summary: %s\\n' "$RUN_DIR/\(summary)"; fi
        exit "$status"

        """
    }

    private var summary: String { job.isCapacity ? CapacityFile.result : job.repeats > 1 ? RepeatFile.combined : StagedJob.summary }

    /// SML's lines in SML's order, then ours: the signal to the step's tasks, that a run that broke off is never begun
    /// again behind the user's back, and that nothing of the login shell comes along.
    private var header: [String] {
        [
            "--job-name=\(job.name)", "--account=\(job.account)", "--time=\(job.time)", "--nodes=\(job.nodes)", "--ntasks=\(job.nodes)",
            "--cpus-per-task=\(Self.cpus)", "--partition=\(job.partition)",
        ] + (job.reservation.map { ["--reservation=\($0)"] } ?? []) + [
            "--output=logs/%j/loadtest.out", "--error=logs/%j/loadtest.out",
            "--signal=TERM@\(JobTime.warning.components.seconds)", "--no-requeue",
            "--export=\(JobEnvironment.exported.joined(separator: ","))",
        ]
    }

    /// srun no longer takes the number of CPUs from sbatch. A task that is lost does not end the others: they go on to
    /// the end of their plan, and the loss is part of the result.
    private var step: String {
        "--nodes=\(job.nodes) --ntasks=\(job.nodes) --cpus-per-task=\(Self.cpus)" + (job.nodes > 1 ? " --kill-on-bad-exit=0 --wait=0" : "")
    }

    /// `exec`, because SLURM's signals reach only the step's first process.
    private var command: String {
        var arguments = GeneratorArguments(
            configuration: StagedJob.configuration, prompts: mounts.corpusPath, directory: ".", runLabel: job.runLabel)
        arguments.records = StagedJob.records
        arguments.requireValid = job.requireValid
        arguments.realtime = job.realtime
        arguments.repeats = job.repeats
        arguments.drain = DurationGrammar.format(Self.drain)
        arguments.remoteWriteDrain = DurationGrammar.format(Self.remoteWriteDrain)
        arguments.testRequest = job.testRequest
        arguments.serverWait = job.serverWait
        if job.nodes > 1 { arguments.task = .init(name: "slurm", wait: JobTime.taskWait) }
        return "sh -lc '. ./\(StagedJob.environment) && exec sml-loadgen \"$@\"' sml-loadgen "
            + arguments.words.map(ShellWord.quoted).joined(separator: " ")
    }
}
