// The batch script of a run: SML's header and step, with a signal before the time limit; on several nodes the same step
// with a task on each. Values are words of the shell
// or checked names, never text for it to read, and no secret is among them: those are in files of the run's directory
// that only its owner can read.

import Base

package struct JobScript: Sendable, Equatable {
    package var name: String
    package var account: String
    package var partition: String
    package var reservation: String?
    package var time: JobTime
    package var nodes: Int
    package var runLabel: String
    /// An image file, or a reference to a registry.
    package var image: String
    var testRequest = true
    var requireValid = false
    var realtime = false
    var repeats = 1
    var isCapacity = false
    let mounts: JobMounts
    /// For the server, before the load begins.
    var serverWait: Duration?

    /// As SML. A core carries tens of thousands of requests a second, so four are plenty.
    static let cpus = 4
    /// For answers in flight when the job is told to end; SLURM kills 30 s after a cancellation.
    static let drain = Duration.seconds(10)
    /// For the last series: a push takes some 30 ms. A receiver that does not take them in this time has them from who waits
    /// for the job; the node is not held for it.
    static let remoteWriteDrain = Duration.seconds(5)

    /// - Throws: ``SubmitError/usage(_:)`` for a value that SLURM's header or a mount cannot hold.
    package init(
        name: String, account: String, partition: String, reservation: String?, time: JobTime, nodes: Int = 1,
        runLabel: String, image: String, promptsFile: String, directory: String
    ) throws {
        self.name = name
        self.account = try HeaderName.checked(account, option: "--account")
        self.partition = try HeaderName.checked(partition, option: "--partition")
        self.reservation = try reservation.map { try HeaderName.checked($0, option: "--reservation") }
        self.time = time
        self.nodes = nodes
        self.runLabel = runLabel
        self.image = image
        mounts = try JobMounts(promptsFile: promptsFile)
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

        RUN_DIR="$PWD"/\(ShellWord.quoted(runLabel))
        # The key and the receiver's address are for this job only. Bash comes here when it is told to end, too; the
        # generator has read them by then.
        trap 'rm -f -- "$RUN_DIR/\(StagedJob.configuration)" "$RUN_DIR/\(StagedJob.environment)" "$RUN_DIR/\(CarriedSettings.authorities)"' EXIT
        mkdir -p -- "logs/$SLURM_JOB_ID"
        [ -d "$RUN_DIR" ] || { printf 'sml: %s: is not there on node %s\\n' "$RUN_DIR" "$(uname -n)" >&2; exit 1; }
        printf 'run directory: %s\\n' "$RUN_DIR"
        printf 'image: %s\\n' \(ShellWord.quoted(image))
        # What the container calls /work, for what the generator prints.
        export \(StagedJob.directoryVariable)="$RUN_DIR"
        mounts="$RUN_DIR":\(JobMounts.work),\(ShellWord.quoted(mounts.corpusMount))
        \(mounts.following)

        status=0
        srun \(step) --export=ALL --container-image=\(ShellWord.quoted(image)) --container-mounts="$mounts" --container-workdir=\(JobMounts.work) \(command) || status=$?

        if [ -e "$RUN_DIR/\(summary)" ]; then printf 'summary: %s\\n' "$RUN_DIR/\(summary)"; fi
        exit "$status"

        """
    }

    private var summary: String { isCapacity ? CapacityFile.result : repeats > 1 ? RepeatFile.combined : StagedJob.summary }

    /// SML's lines in SML's order, then ours: the signal to the step's tasks, that a run that broke off is never begun
    /// again behind the user's back, and that nothing of the login shell comes along.
    private var header: [String] {
        [
            "--job-name=\(name)", "--account=\(account)", "--time=\(time)", "--nodes=\(nodes)", "--ntasks=\(nodes)",
            "--cpus-per-task=\(Self.cpus)", "--partition=\(partition)",
        ] + (reservation.map { ["--reservation=\($0)"] } ?? []) + [
            "--output=logs/%j/loadtest.out", "--error=logs/%j/loadtest.out",
            "--signal=TERM@\(JobTime.warning.components.seconds)", "--no-requeue",
            "--export=\(JobEnvironment.exported.joined(separator: ","))",
        ]
    }

    /// srun no longer takes the number of CPUs from sbatch. A task that is lost does not end the others: they go on to
    /// the end of their plan, and the loss is part of the result.
    private var step: String {
        "--nodes=\(nodes) --ntasks=\(nodes) --cpus-per-task=\(Self.cpus)" + (nodes > 1 ? " --kill-on-bad-exit=0 --wait=0" : "")
    }

    /// `exec`, because SLURM's signals reach only the step's first process.
    private var command: String {
        var arguments = GeneratorArguments(
            configuration: StagedJob.configuration, prompts: mounts.corpusPath, directory: ".", runLabel: runLabel)
        arguments.records = StagedJob.records
        arguments.requireValid = requireValid
        arguments.realtime = realtime
        arguments.repeats = repeats
        arguments.drain = DurationGrammar.format(Self.drain)
        arguments.remoteWriteDrain = DurationGrammar.format(Self.remoteWriteDrain)
        arguments.testRequest = testRequest
        arguments.serverWait = serverWait
        if nodes > 1 { arguments.task = .init(name: "slurm", wait: JobTime.taskWait) }
        return "sh -lc '. ./\(StagedJob.environment) && exec sml-loadgen \"$@\"' sml-loadgen "
            + arguments.words.map(ShellWord.quoted).joined(separator: " ")
    }
}
