// `sml loadtest attach` and `cancel`: jobs that an earlier command submitted and left.

import ArgumentParser
import Base
import Loadtests
import Submit

struct AttachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Wait for a submitted load test again and fetch its results.",
        discussion: """
            Works for jobs submitted by 'sml loadtest run' from this home directory, also when they have ended, and by \
            the job's name where its number was never learnt. Exit codes are those of 'run'.

            EXAMPLES
              sml loadtest attach 123456
            """)

    @Argument(help: ArgumentHelp("The job's number, or its name.", valueName: "jobid"))
    var job: String

    @Flag(help: "On Ctrl-C cancel the job instead of leaving it to run.")
    var cancelOnInterrupt = false

    @OptionGroup var page: ReportOptions

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    func run() async throws {
        throw ExitCode(
            try await CommandFailure.reported {
                let (launcher, known) = try await SubmittedJob.open(job, verbose: verbose)
                let record = try await SubmittedJob.identified(known, launcher)
                return try await JobSession(
                    launcher: launcher, record: record, cancelOnInterrupt: cancelOnInterrupt, writesReport: page.report
                ).finish(interrupts: Interrupts())
            })
    }
}

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a submitted load test, or a model launched for one.",
        discussion: """
            The generator ends within seconds and leaves a summary of what it measured; 'sml loadtest attach' \
            fetches it. A job that is over already is no error. The files of the run that hold secrets are removed.

            EXAMPLES
              sml loadtest cancel 123456
            """)

    @Argument(help: ArgumentHelp("The job's number, or its name.", valueName: "jobid"))
    var job: String

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    func run() async throws {
        let interrupts = Interrupts()
        let left = "sml: interrupted; 'sml loadtest cancel \(job)' does the rest"
        do {
            try await CommandFailure.reported { [self] in
                try await interrupts.cancelling(leaving: left) { [self] in
                    do {
                        try await cancel()
                    } catch {
                        // A call that was broken off says so in words of its own.
                        try Task.checkCancellation()
                        throw error
                    }
                }
            }
        } catch is CancellationError {
            say(left)
            throw ExitCode(ExitStatus.detached.rawValue)
        }
    }

    private func cancel() async throws {
        if let model = try SubmittedJob.model(job) {
            let done = try await SubmittedJob.launcher(job, launcher: model.launcher, system: model.system, verbose: verbose)
                .cancel(model.jobID)
            return try StandardOutput.write(
                done == .asked
                    ? "Cancelled job \(job), which served \(model.servedModelName)\n"
                    : "Job \(job), which served \(model.servedModelName), was over already\n")
        }
        let (launcher, known) = try await SubmittedJob.open(job, verbose: verbose)
        let run = ClusterRun(launcher: launcher, display: TerminalDisplay())
        let text: String
        let submission: SubmissionRecord
        switch known {
        case .job(let record): (text, submission) = (try await ended(record, run), record.submission)
        case .submission(let record):
            let found = try await run.identify(record, pauses: ClusterRun.someLooks)
            try found?.write()
            submission = record
            text =
                if let found { try await ended(found, run) } else {
                    "SLURM knows no job \(record.jobName). Should it appear yet, it fails without its configuration, which is removed."
                }
        }
        // A job that still waits does not get to do it.
        for problem in await run.removeSecrets(submission) { say("sml: \(problem)") }
        try Task.checkCancellation()
        try StandardOutput.write("\(text)\n")
    }

    private func ended(_ record: JobRecord, _ run: ClusterRun) async throws -> String {
        let results = "Its results: sml loadtest attach \(record.jobID)"
        return switch try await run.cancel(record) {
        case .asked: "Cancelled job \(record.jobID). \(results)"
        case .wasOver: "Job \(record.jobID) was over already. \(results)"
        case .notKnown: "Job \(record.jobID) is over, and SLURM has forgotten it. \(results)"
        }
    }
}

private enum SubmittedJob {
    /// Nil when it is no model's job.
    static func model(_ id: String) throws -> ModelRecord? {
        try ModelRecord.find(id, results: ResultDirectory.root(environment: ProcessVariables.all))
    }

    static func open(_ id: String, verbose: Bool) async throws -> (any Launcher, KnownRun) {
        if let model = try model(id) {
            throw SubmitError.usage("job \(id): serves \(model.servedModelName); expected the number of a load test")
        }
        let known = try KnownRun.find(id, results: ResultDirectory.root(environment: ProcessVariables.all))
        let record =
            switch known {
            case .job(let job): job.submission
            case .submission(let submission): submission
            }
        return (try await launcher(id, launcher: record.launcher, system: record.system, verbose: verbose), known)
    }

    /// With the job's number, looked up by its name for a minute where it was never learnt.
    static func identified(_ known: KnownRun, _ launcher: any Launcher) async throws -> JobRecord {
        switch known {
        case .job(let record): return record
        case .submission(let record):
            let run = ClusterRun(launcher: launcher, display: TerminalDisplay())
            guard let found = try await run.identify(record, pauses: ClusterRun.patientLooks) else {
                throw SubmitError.notKnown(
                    "\(record.jobName): SLURM knows no job of this name: it was not submitted, or is forgotten; "
                        + "'sml loadtest cancel \(record.jobName)' removes its key from the cluster")
            }
            say("Job submitted: \(found.jobID)")
            try found.write()
            return found
        }
    }

    /// The way the job was submitted.
    static func launcher(_ id: String, launcher: String, system: String?, verbose: Bool) async throws -> any Launcher {
        let environment = ProcessVariables.all
        let file = try ConfigurationFile.load(environment: environment)
        guard launcher == file.launcher.rawValue else {
            throw SubmitError.notConfigured(
                "job \(id): was submitted with \(launcher), but \(file.path) says launcher \(file.launcher.rawValue)")
        }
        return try await file.openLauncher(
            system: system, account: environment.filled("SML_ACCOUNT"), environment: environment,
            trace: verbose ? TerminalDisplay().trace : nil, notice: TerminalDisplay().trace)
    }
}
