// SLURM on the machine we run on: its commands. Files are in the home directory, which login and compute nodes share;
// they are in `SlurmLauncher+Files.swift`.

import Glibc
import Base

package struct SlurmLauncher: Launcher {
    package let name = "SLURM"
    let environment: [String: String]
    private let trace: (@Sendable (String) -> Void)?
    /// Told what whoever waits should know.
    package var notice: (@Sendable (String) -> Void)?

    let limits: Limits

    /// How long a command may take.
    struct Limits: Sendable {
        /// SLURM's controller may be busy for a while; its own limit is 10 s a message, with retries.
        var question = Duration.seconds(60)
        /// A site's plugin may look a job over for a minute and more before sbatch has its answer.
        var submission = Duration.seconds(300)
        /// Before a job whose submission had no answer is looked for.
        var settling = Duration.seconds(2)
        /// With a controller that is not reached.
        var patience = Patience.standard
    }

    /// What sbatch would otherwise copy into the job, where anybody who may look at its processes reads it; the
    /// generator gets these from files. `ChildEnvironment` takes out the keys.
    private static func isSecret(_ variable: String) -> Bool {
        variable.hasPrefix("K6_PROMETHEUS_RW_") || variable == "SML_LOADTEST_METRICS_REMOTE_WRITE_URL"
    }

    /// - Parameter trace: receives a line for each command, for `--verbose`; no secret is ever on one.
    package init(environment: [String: String], trace: (@Sendable (String) -> Void)? = nil) {
        self.init(environment: environment, trace: trace, limits: Limits())
    }

    init(environment: [String: String], trace: (@Sendable (String) -> Void)? = nil, limits: Limits) {
        self.environment = SlurmEnvironment.neutral(environment.filter { !Self.isSecret($0.key) })
        self.trace = trace
        self.limits = limits
    }

    package func systems() async throws(LauncherError) -> [String] { [] }

    package func partitions() async throws(LauncherError) -> [Partition] {
        SlurmAnswer.partitions(try await checked("sinfo", ["-h", "-o", "%P|%l|%s"]))
    }

    package func user() async throws(LauncherError) -> ClusterUser {
        let home = environment.filled("HOME") ?? LoginUser.home
        guard home.hasPrefix("/") else { throw .refused("HOME: \"\(home)\" is not an absolute path") }
        let group = getgrgid(getgid()).map { String(cString: $0.pointee.gr_name) }
        return ClusterUser(
            name: LoginUser.name, defaultAccount: group, home: home, runs: "\(home)/.sml/loadtest_runs")
    }

    /// Before 23.02 SLURM does not make the directory of `--output`, which holds the job's number, and a job without it
    /// fails without a word. There the job is told to begin a minute later, and at once when the directory is there:
    /// should we die in between, it begins all the same, where a job on hold would wait for ever.
    package func submit(_ job: JobSubmission) async throws(LauncherError) -> JobID {
        let version = SlurmVersion(try await checked("sbatch", ["--version"]))
        if let version, version >= .makesLogDirectory {
            try await makeDirectory("\(job.directory)/logs")
            return try await submitOnce(job)
        }
        let id = try await submitOnce(job, ["--begin=now+60"])
        do {
            try await makeDirectory("\(job.directory)/\(job.logDirectory.replacing("%j", with: id.description))")
        } catch {
            _ = try? await cancel(id)
            throw error
        }
        _ = try? await run("scontrol", ["update", "jobid=\(id)", "starttime=now"])
        return id
    }

    /// The script goes in by standard input, so no copy of it has to be cleaned up. A refusal is final; after a lost
    /// answer the job is looked for by its name, and nothing is sent again.
    private func submitOnce(_ job: JobSubmission, _ options: [String] = []) async throws(LauncherError) -> JobID {
        let arguments = ["--parsable"] + ScriptHeader.options(of: job.script) + options + ["--chdir", job.directory]
        var outage = Patience(limit: limits.patience)
        let start = ContinuousClock.now
        while true {
            let answer = try await run("sbatch", arguments, input: job.script, within: limits.submission)
            if answer.exitCode == 0 {
                guard let id = SlurmAnswer.submitted(answer.output) else {
                    throw .refused("sbatch: no job id in \"\(Redactor().line(answer.output))\"")
                }
                return id
            }
            switch answer.hadNoTime ? SlurmComplaint.lost : SlurmComplaint(answer.errors, sentence: answer.reason) {
            case .refused(let sentence): throw .refused("SLURM refused: \(sentence.replacing("sbatch: error: ", with: ""))")
            case .unreachable:
                // Nothing was carried out.
                guard case .again(let pause, let isWorthSaying) = outage.failed(at: ContinuousClock.now - start) else {
                    throw .unreachable("sbatch: \(answer.reason)")
                }
                if isWorthSaying { notice?("sbatch: \(answer.reason); trying again") }
                do { try await Task.sleep(for: pause) } catch { throw .unreachable("sbatch: \(answer.reason)") }
            case .lost:
                // The controller may have it: a second one would write where the first does.
                try? await Task.sleep(for: limits.settling)
                if let id = try? await self.job(named: job.name) { return id }
                throw .doubtful("the job may be queued as \(job.name): sbatch: \(answer.reason)")
            }
        }
    }

    /// The queue first: after scancel accounting says CANCELLED at once, while the job still writes its results.
    package func state(of job: JobID) async throws(LauncherError) -> JobState {
        let id = job.description
        let queue = try await run("squeue", ["-h", "-j", id, "-o", "%T|%r"])
        if queue.exitCode == 0, let state = SlurmAnswer.queued(queue.output) { return state }
        guard queue.exitCode == 0 || SlurmAnswer.isForgotten(queue.errors) else {
            throw .unreachable("squeue: \(queue.reason)")
        }
        // Accounting may be off (exit 1), or behind by some seconds (empty, or a state that is over).
        let accounting = try await run("sacct", ["-n", "-P", "-j", id, "-o", "State,ExitCode,ElapsedRaw,TimelimitRaw"])
        let accounted = accounting.exitCode == 0 ? SlurmAnswer.accounted(accounting.output).flatMap { $0.isOver ? $0 : nil } : nil
        if let accounted, !accounted.mayHaveLostItsCode { return accounted }
        let controller = try await run("scontrol", ["show", "job", "-o", id])
        let shown = controller.exitCode == 0 ? SlurmAnswer.shown(controller.output) : nil
        // It knows what waits or runs, whatever the queue was asked for.
        guard let accounted else { return shown ?? .unknown }
        return accounted.withCode(of: shown)
    }

    /// Backfill estimates it now and then; until then SLURM says N/A.
    package func expectedStart(of job: JobID) async throws(LauncherError) -> String? {
        let answer = try await run("squeue", ["-h", "--start", "-j", job.description, "-o", "%S"])
        guard answer.exitCode == 0 else { return nil }
        return SlurmAnswer.expectedStart(answer.output)
    }

    // MARK: Commands

    func checked(_ command: String, _ arguments: [String]) async throws(LauncherError) -> String {
        let answer = try await patiently(command, arguments)
        guard answer.exitCode == 0 else { throw .unreachable("\(command): \(answer.reason)") }
        return answer.output
    }

    func run(
        _ command: String, _ arguments: [String], input: String = "", within limit: Duration? = nil
    ) async throws(LauncherError) -> ExternalProgram.Answer {
        guard let program = ExternalProgram.find(command, environment: environment) else {
            throw .unreachable("\(command) not found on PATH: run this on a login node, or set up FirecREST with 'sml init'")
        }
        do {
            let start = ContinuousClock.now
            let answer = try await ExternalProgram.run(
                program, arguments, input: input, environment: environment, timeout: limit ?? limits.question)
            let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
            trace?("\(command) \(arguments.map(ShellWord.quoted).joined(separator: " ")) → \(answer.exitCode) (\(milliseconds) ms)")
            return answer
        } catch {
            throw .unreachable("\(command): \(error)")
        }
    }
}
