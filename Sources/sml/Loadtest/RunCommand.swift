// `sml loadtest run`: a load test of a server that runs already, as a job on the cluster. Everything that can be wrong
// is found before anything waits: for health, in a queue, or for results.

import ArgumentParser
import Foundation
import HTTPClient
import ScenarioFiles
import Scenarios
import Submit

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load-test a running server from inside the cluster, as a SLURM job.",
        discussion: """
            Submits a one-node job that runs the generator in a container, waits for it and fetches its summary to \
            ~/.sml/loadtest/<model>/summary_<scenario>_<timestamp>.json, its records beside it. Needs 'sml init'.

            Ctrl-C leaves the job running and prints how to wait for it again or cancel it. The API key comes from \
            --api-key-file, SML_SWISSAI_RESEARCH_API_KEY or where 'sml init' put it; in the job only files that you \
            alone can read hold it.

            EXIT CODES
              0    the plan was carried out, whatever the server answered
              3    series are missing at the receiver
              64   bad usage, or SLURM refused the job
              69   SLURM or FirecREST cannot be reached
              73   output cannot be written
              75   the model was not healthy in time, or the cluster was silent for 10 minutes
              78   not configured
              99   ended by a rule of the scenario
              104  bad scenario
              105  stopped before the end of its plan, e.g. shortly before the job's time limit
              107  prompt corpus missing, unreadable or empty
              111  the job reached its time limit       115  preempted
              112  cancelled                            116  failed in another way
              113  lost its node                        117  gone, and nobody knows how
              114  out of memory                        130  Ctrl-C: the job goes on
              255  bad remote-write setting

            EXAMPLES
              sml loadtest run --partition normal --loadtest-server-url https://your.endpoint.example \\
                  --loadtest-model your-model-name
              sml loadtest run --partition debug --loadtest-scenario open_loop --loadtest-job-time 00:25:00 \\
                  --loadtest-server-url http://nid001234:8080 --loadtest-model m --no-wait-for-loadtest
              sml loadtest run --partition normal --loadtest-model m --dry-run
            """)

    @OptionGroup var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Scenario to run; 'sml loadtest scenarios' lists them.", valueName: "name"))
    var loadtestScenario = "throughput"

    @Option(help: ArgumentHelp("Model sent in the requests (default: --served-model-name).", valueName: "name"))
    var loadtestModel: String?

    @Option(help: ArgumentHelp("Name the server serves the model under; its health is waited for.", valueName: "name"))
    var servedModelName: String?

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private var model: String? { loadtestModel ?? servedModelName }

    private func runReported() async throws -> Int32 {
        let environment = ProcessInfo.processInfo.environment
        let settings = try cluster.settings(environment: environment)
        let file = try ConfigurationFile.load(environment: environment)
        let scenario = try ScenarioCatalog().resolve(loadtestScenario)
        let key = try await apiKey(file, environment)
        let configuration = try configuration(scenario, apiKey: key)
        let resolved = try configuration.resolve()
        for warning in scenario.warnings + resolved.warnings { Self.say("sml: warning: \(warning)") }
        if cluster.firecrestSystem != nil, file.launcher == .slurm {
            Self.say("sml: warning: --firecrest-system: is for FirecREST; \(file.path) says launcher slurm, which has one system")
        }
        try settings.jobTime.check(fits: resolved.plan, scenario: scenario.name, option: "--loadtest-job-time")

        // A dry run asks nothing of SLURM, so that it works anywhere.
        let place = try await file.openCluster(
            system: settings.system, partition: cluster.dryRun && file.launcher == .slurm ? nil : settings.partition,
            account: settings.account, environment: environment)
        let label = RunLabel.make(scenario: scenario.name)
        let script = try settings.script(scenario: scenario.name, runLabel: label, at: place)
        let runDirectory = "\(place.directory)/\(label)"
        if cluster.dryRun {
            let shown = StagedJob(
                configuration: try self.configuration(scenario, apiKey: key == nil ? nil : "****"),
                remoteWrite: settings.remoteWrite, environment: environment)
            print(shown.preview(script: script.render(), directory: runDirectory), terminator: "")
            return 0
        }
        try await settings.checkFiles(place.launcher)
        let staged = StagedJob(configuration: configuration, remoteWrite: settings.remoteWrite, environment: environment)

        let interrupts = Interrupts()
        do {
            try await interrupts.cancelling { try await waitUntilHealthy(apiKey: key) }
        } catch is CancellationError {
            Self.say("sml: interrupted; nothing was submitted")
            return JobOutcome.Code.detached
        }
        let record = try await submit(
            script, staged: staged, to: place, by: file.launcher.rawValue, runDirectory: runDirectory,
            results: "\(ResultDirectory.root(environment: environment))/\(ResultDirectory.runID(model: model))",
            jobTime: settings.jobTime)
        guard cluster.waitForLoadtest else {
            Self.say(JobSession.hints(record.jobID))
            return 0
        }
        return try await JobSession(
            launcher: place.launcher, record: record, cancelOnInterrupt: cluster.cancelOnInterrupt
        ).finish(interrupts: interrupts)
    }

    private func apiKey(_ file: ConfigurationFile, _ environment: [String: String]) async throws -> String? {
        if let path = cluster.apiKeyFile { return try APIKey.read(file: path, environment: environment) }
        return try await Secrets(configuration: file, environment: environment).find(.apiKey)?.value
    }

    private func configuration(_ scenario: ScenarioDefinition, apiKey: String?) throws(ConfigurationError) -> RunConfiguration {
        try RunConfiguration.build(
            scenario: scenario, serverURL: cluster.loadtestServerUrl, apiKey: apiKey, model: model,
            overrides: RunOverrides(
                maxTokens: cluster.loadtestMaxTokens, ignoreEOS: cluster.loadtestIgnoreEos,
                promptSeed: cluster.loadtestPromptSeed))
    }

    private func waitUntilHealthy(apiKey: String?) async throws {
        guard cluster.waitUntilHealthy else { return }
        guard let name = servedModelName ?? loadtestModel else {
            return Self.say("No --loadtest-model: not waiting for its health.")
        }
        let probe = HealthProbe(
            client: HTTPClient(userAgent: "sml/\(Product.version)"), serverURL: cluster.loadtestServerUrl, apiKey: apiKey, model: name)
        try await ModelReadiness.wait(
            timeout: .seconds(cluster.loadtestReadyTimeout), probe: { try await probe() }, say: { Self.say($0) })
    }

    /// Submits and writes down what was submitted, also when a signal comes in between.
    private func submit(
        _ script: JobScript, staged: StagedJob, to place: OpenedCluster, by kind: String, runDirectory: String,
        results: String, jobTime: JobTime
    ) async throws -> JobRecord {
        try ResultDirectory.prepare(results)
        let job = JobSubmission(
            name: script.name, script: script.render(), directory: place.directory, logDirectory: "logs/%j", account: place.account)
        let id = try await ClusterRun(launcher: place.launcher, display: TerminalDisplay())
            .submit(job, staged: staged, runDirectory: runDirectory)
        Self.say("Job submitted: \(id)\nRun label: \(script.runLabel)\nLog: \(place.log(id))")
        let names = ResultDirectory.fileNames(runLabel: script.runLabel)
        let record = JobRecord(
            jobID: id, jobName: script.name, runLabel: script.runLabel, scenario: loadtestScenario, launcher: kind,
            system: place.system, runDirectory: runDirectory, log: place.log(id), summary: "\(results)/\(names.summary)",
            records: "\(results)/\(names.records)", jobTimeSeconds: jobTime.duration.components.seconds)
        try record.write(directory: results)
        return record
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
