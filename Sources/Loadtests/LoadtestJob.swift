// A prepared load test at a cluster: shown, checked, submitted, waited for. The last steps of `run`, and of the
// commands that launch a model first.

import Base
import Scenarios
import Submit

package struct LoadtestJob: Sendable {
    let test: PreparedLoadtest
    let place: OpenedCluster
    let job: LoadJob
    /// In the scheduler's words.
    let script: String

    private var runDirectory: String { "\(place.directory)/\(job.runLabel)" }

    /// What `--dry-run` prints.
    package func preview() throws -> String { try shown().preview(script: script, directory: runDirectory) }

    /// The staged files without secrets.
    func shownFiles() throws -> [(name: String, text: String)] { try shown().withoutSecrets() }

    private func shown() throws -> StagedJob {
        staged(try test.shownConfiguration())
    }

    private func staged(_ configuration: RunConfiguration) -> StagedJob {
        StagedJob(
            configuration: configuration, remoteWrite: test.settings.remoteWrite, environment: test.environment, carried: test.carried)
    }

    /// That everything the job will read is there.
    package func checkFiles() async throws { try await test.settings.checkFiles(place.launcher) { say("sml: warning: \($0)") } }

    /// Submits and, unless told not to, waits and fetches; returns the exit code.
    ///
    /// - Parameter runID: the directory of the results under `~/.sml/loadtest`.
    package func carryOut(runID: String, cancelOnInterrupt: Bool, interrupts: Interrupts) async throws -> Int32 {
        let results = "\(ResultDirectory.root(environment: test.environment))/\(runID)"
        try ResultDirectory.prepare(results)
        let planned = planned(results)
        let maybe = "sml: interrupted; the job may be queued as \(job.name)\n\(JobSession.hints(job.name))"
        let submitted: SubmittedRun
        do {
            submitted = try await interrupts.cancelling(leaving: maybe) { [self] in try await submit(planned) }
        } catch let error as NotSubmitted {
            for line in error.left { say("sml: \(line)") }
            if let reason = error.reason { throw reason }
            say("sml: interrupted; nothing was submitted")
            return JobOutcome.Code.detached
        }
        guard case .job(let record) = submitted else { return inDoubt(submitted, interrupts) }
        say("Job submitted: \(record.jobID)\nRun label: \(job.runLabel)\nLog: \(record.log)")
        try record.write()
        giveName()
        let session = JobSession(
            launcher: place.launcher, record: record, cancelOnInterrupt: cancelOnInterrupt, isFresh: true,
            writesReport: test.request.writesReport,
            remoteWrite: test.settings.remoteWrite.variables(test.environment))
        if interrupts.isEnding, cancelOnInterrupt {
            await TimeLimit.run(.seconds(1)) { await LoadtestJob.cancel(record, place.launcher) }
            return JobOutcome.Code.detached
        }
        guard test.request.waitsForJob else {
            say(JobSession.hints(record.jobID.description))
            return interrupts.isEnding ? JobOutcome.Code.detached : 0
        }
        return try await session.finish(interrupts: interrupts)
    }

    /// The job is there whether or not its name can be written down.
    private func giveName() {
        guard let name = test.request.name else { return }
        do {
            try RunNames(environment: test.environment).give(name, runLabel: job.runLabel)
        } catch {
            say("sml: warning: --name: \(error); the run is called \(job.runLabel)")
        }
    }

    private static func cancel(_ record: JobRecord, _ launcher: any Launcher) async {
        do {
            try await launcher.cancel(record.jobID)
            say("cancelled job \(record.jobID)")
        } catch {
            say("sml: job \(record.jobID): not cancelled: \(error)\n\(JobSession.hints(record.jobID.description))")
        }
    }

    private func inDoubt(_ submitted: SubmittedRun, _ interrupts: Interrupts) -> Int32 {
        if case .doubtful(let reason) = submitted { say("sml: \(reason)") }
        say("sml: the job may be queued as \(job.name)\n\(JobSession.hints(job.name))")
        return interrupts.isEnding ? JobOutcome.Code.detached : ExitStatus.unavailable.rawValue
    }

    /// What is written down before anything is sent.
    private func planned(_ results: String) -> SubmissionRecord {
        let names = ResultDirectory.fileNames(runLabel: job.runLabel)
        return SubmissionRecord(
            jobName: job.name, runLabel: job.runLabel, scenario: test.scenario.name, launcher: test.file.launcher.rawValue,
            system: place.system, runDirectory: runDirectory, log: "\(place.directory)/logs/%j/loadtest.out",
            summary: "\(results)/\(names.summary)", records: "\(results)/\(names.records)",
            jobTimeSeconds: job.time.duration.components.seconds,
            // A search ends when it has found what it looks for.
            loadSeconds: job.isCapacity
                ? nil : ((test.plan.lead(tasks: job.nodes) + test.plan.executor.duration) * job.repeats).components.seconds,
            nodes: job.nodes,
            repeats: job.repeats, isCapacity: job.isCapacity)
    }

    private func submit(_ record: SubmissionRecord) async throws -> SubmittedRun {
        let submission = JobSubmission(
            name: job.name, script: script, directory: place.directory, logDirectory: "logs/%j", account: place.account)
        return try await ClusterRun(launcher: place.launcher, display: TerminalDisplay())
            .submit(submission, staged: staged(test.configuration), record: record)
    }
}
