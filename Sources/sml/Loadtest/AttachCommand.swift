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
            Works for jobs submitted by 'sml loadtest run' from this home directory, also when they have ended. Exit \
            codes are those of 'run'.

            EXAMPLES
              sml loadtest attach 123456
            """)

    @Argument(help: ArgumentHelp("The job's number.", valueName: "jobid"))
    var job: String

    @Flag(help: "On Ctrl-C cancel the job instead of leaving it to run.")
    var cancelOnInterrupt = false

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    func run() async throws {
        throw ExitCode(
            try await CommandFailure.reported {
                let (launcher, record) = try await SubmittedJob.open(job, verbose: verbose)
                return try await JobSession(
                    launcher: launcher, record: record, cancelOnInterrupt: cancelOnInterrupt
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

    @Argument(help: ArgumentHelp("The job's number.", valueName: "jobid"))
    var job: String

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    func run() async throws {
        try await CommandFailure.reported {
            if let model = try SubmittedJob.model(job) {
                try await SubmittedJob.launcher(job, launcher: model.launcher, system: model.system, verbose: verbose)
                    .cancel(model.jobID)
                return try StandardOutput.write("Cancelled job \(job), which served \(model.servedModelName)\n")
            }
            let (launcher, record) = try await SubmittedJob.open(job, verbose: verbose)
            let run = ClusterRun(launcher: launcher, display: TerminalDisplay())
            try await run.cancel(record)
            // A job that still waits does not get to do it.
            for problem in await run.removeSecrets(record) {
                say("sml: \(problem)")
            }
            try StandardOutput.write("Cancelled job \(job). Its results: sml loadtest attach \(job)\n")
        }
    }
}

private enum SubmittedJob {
    /// Nil when it is no model's job.
    static func model(_ id: String) throws -> ModelRecord? {
        try ModelRecord.find(id, results: ResultDirectory.root(environment: ProcessVariables.all))
    }

    static func open(_ id: String, verbose: Bool) async throws -> (any Launcher, JobRecord) {
        if let model = try model(id) {
            throw SubmitError.usage("job \(id): serves \(model.servedModelName); expected the number of a load test")
        }
        let record = try JobRecord.find(id, results: ResultDirectory.root(environment: ProcessVariables.all))
        return (try await launcher(id, launcher: record.launcher, system: record.system, verbose: verbose), record)
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
            trace: verbose ? TerminalDisplay().trace : nil)
    }
}
