// A prepared load test at a cluster: shown, checked, submitted, waited for. The last steps of `run`, and of the
// commands that launch a model first.

import Base
import Scenarios
import Submit

package struct LoadtestJob {
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
    package func checkFiles() async throws { try await test.settings.checkFiles(place.launcher) }

    /// Submits and, unless told not to, waits and fetches; returns the exit code.
    ///
    /// - Parameter runID: the directory of the results under `~/.sml/loadtest`.
    package func carryOut(runID: String, cancelOnInterrupt: Bool, interrupts: Interrupts) async throws -> Int32 {
        let record = try await submit(results: "\(ResultDirectory.root(environment: test.environment))/\(runID)")
        guard test.request.waitsForJob else {
            say(JobSession.hints(record.jobID))
            return 0
        }
        return try await JobSession(
            launcher: place.launcher, record: record, cancelOnInterrupt: cancelOnInterrupt,
            remoteWrite: test.settings.remoteWrite.variables(test.environment)
        )
        .finish(interrupts: interrupts)
    }

    /// Submits and writes down what was submitted, also when a signal comes in between.
    private func submit(results: String) async throws -> JobRecord {
        try ResultDirectory.prepare(results)
        let submission = JobSubmission(
            name: job.name, script: script, directory: place.directory, logDirectory: "logs/%j", account: place.account)
        let staged = staged(test.configuration)
        let id = try await ClusterRun(launcher: place.launcher, display: TerminalDisplay())
            .submit(submission, staged: staged, runDirectory: runDirectory)
        say("Job submitted: \(id)\nRun label: \(job.runLabel)\nLog: \(place.log(id))")
        let names = ResultDirectory.fileNames(runLabel: job.runLabel)
        let record = JobRecord(
            jobID: id, jobName: job.name, runLabel: job.runLabel, scenario: test.scenario.name,
            launcher: test.file.launcher.rawValue, system: place.system, runDirectory: runDirectory, log: place.log(id),
            summary: "\(results)/\(names.summary.replacing("%j", with: id.description))",
            records: "\(results)/\(names.records.replacing("%j", with: id.description))",
            jobTimeSeconds: job.time.duration.components.seconds, nodes: job.nodes)
        try record.write(directory: results)
        return record
    }
}
