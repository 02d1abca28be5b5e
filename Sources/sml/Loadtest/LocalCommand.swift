// `sml loadtest local`: the run a job would do, on this machine. Resolves and stages exactly as for a cluster, then
// starts the generator here.

import ArgumentParser
import Generator
import Loadtests
import ScenarioFiles
import Base
import Scenarios
import Submit

struct LocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Run a load test on this machine, without a cluster.",
        discussion: """
            Without --loadtest-server-url a simulated endpoint is started and stopped; without \
            --loadtest-prompts-file a small packaged corpus is used. The run's files are kept in its directory.

            The API key is read from --api-key-file or from SML_SWISSAI_RESEARCH_API_KEY (earlier name \
            SML_CSCS_API_KEY), never from the command line. Progress goes to stderr, the result to stdout; NO_COLOR \
            is honoured.

            With --loadtest-metrics-remote-write-url (or SML_LOADTEST_METRICS_REMOTE_WRITE_URL) the run's series are \
            pushed to a Prometheus; K6_PROMETHEUS_RW_* sets credentials, TLS and interval.

            EXIT CODES
            \(ExitStatus.table([
                .done: nil,
                .seriesMissing: nil,
                .invalid: nil,
                .nothingSucceeded: nil,
                .usage: nil,
                .unavailable: "the test request failed, a program of ours is missing, or the simulated endpoint did not start",
                .output: nil,
                .credentials: "the server refused the test request's key (401, 403)",
                .rule: nil,
                .configuration: nil,
                .stopped: nil,
                .corpus: nil,
                .remoteWrite: nil,
            ]))

            EXAMPLES
              sml loadtest local --loadtest-scenario throughput --loadtest-duration 30s
              sml loadtest local --loadtest-scenario open_loop \\
                  --loadtest-server-url http://localhost:8000 --loadtest-model my-model \\
                  --loadtest-prompts-file ./prompts.json --out runs/first
              sml loadtest local --loadtest-duration 60s --repeat 5 --out runs/noise
              sml loadtest local --loadtest-duration 10s \\
                  --endpoint-arguments '--max-batch 8 --time-per-token 20ms'
            """)

    @Option(help: ArgumentHelp("Scenario to run; 'sml loadtest scenarios' lists them.", valueName: "name"))
    var loadtestScenario = "throughput"

    @Option(help: ArgumentHelp("OpenAI-compatible server, without /v1/…; default: a simulated one.", valueName: "url"))
    var loadtestServerUrl: String?

    @Option(help: ArgumentHelp("Model sent in the requests (default: --served-model-name).", valueName: "name"))
    var loadtestModel: String?

    @Option(help: ArgumentHelp("Name the server serves the model under.", valueName: "name"))
    var servedModelName: String?

    @Option(
        help: ArgumentHelp(
            "Prompt corpus: JSON array, JSON Lines, CSV; - is standard input (SML_LOADTEST_PROMPTS_FILE).",
            valueName: "file"))
    var loadtestPromptsFile: String?

    @OptionGroup var requests: RequestOptions
    @OptionGroup var repeats: RepeatOption

    @Option(help: ArgumentHelp("Scale the plan to this length, e.g. 30s.", valueName: "duration"))
    var loadtestDuration: String?

    @Option(help: ArgumentHelp("Directory of the run (default: runs/<run label>).", valueName: "dir"))
    var out: String?

    @Flag(inversion: .prefixedNo, help: "Keep one record per request in DIR/records.smlrec.")
    var records = true

    @Option(help: ArgumentHelp("File with the API key, readable by you only (mode 0600).", valueName: "file"))
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("Generator shards (default: the CPUs available).", valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("After Ctrl-C, let requests in flight go on for this long.", valueName: "duration"))
    var drain: String?

    @Option(help: ArgumentHelp("Push the run's series to this Prometheus remote-write receiver.", valueName: "url"))
    var loadtestMetricsRemoteWriteUrl: String?

    @Flag(inversion: .prefixedNo, help: "Push series when a receiver is configured.")
    var loadtestMetricsRemoteWrite = true

    @Option(help: ArgumentHelp("After the run, try this long to deliver the final series.", valueName: "duration"))
    var remoteWriteDrain: String?

    @Flag(help: "Before the run, measure for five seconds what this machine's generator can do.")
    var calibrate = false

    @Flag(help: "End with 3 when not everything was delivered to the remote-write receiver.")
    var requireRemoteWrite = false

    // Its value begins with dashes.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Options for the simulated endpoint; see 'sml-endpoint --help'.", valueName: "options"))
    var endpointArguments: String?

    @Flag(help: "No progress, no result on stdout; warnings and errors still appear.")
    var quiet = false

    @Flag(help: "On a terminal, print all of the result, not only what fits on it.")
    var details = false

    @OptionGroup var page: ReportOptions
    @OptionGroup var naming: NameOption

    /// What these options mean to nobody but us, said before anything is written or started.
    private func check() throws {
        if let loadtestServerUrl {
            try OptionValue.serverURL(loadtestServerUrl, option: "--loadtest-server-url")
            if endpointArguments != nil {
                throw SubmitError.usage(
                    "--endpoint-arguments: is for the simulated endpoint; remove it or --loadtest-server-url")
            }
        } else if apiKeyFile != nil {
            throw SubmitError.usage("--api-key-file: is for a server; set --loadtest-server-url too")
        }
        try requests.check()
        _ = try repeats.checked()
        if let loadtestDuration {
            _ = try OptionValue.duration(loadtestDuration, option: "--loadtest-duration", atLeast: .seconds(1))
        }
        if let drain { _ = try OptionValue.duration(drain, option: "--drain", atLeast: .zero) }
        if let remoteWriteDrain {
            _ = try OptionValue.duration(remoteWriteDrain, option: "--remote-write-drain", atLeast: .zero)
        }
        if let workers { _ = try OptionValue.count(workers, option: "--workers", in: 1...WorkerCount.limit) }
        if let out, out.isEmpty { throw SubmitError.usage("--out: \"\" is not a directory") }
    }

    func run() async throws {
        let code = try await CommandFailure.reported { try await runReported() }
        throw ExitCode(code)
    }

    private func runReported() async throws -> Int32 {
        try check()
        let environment = ProcessVariables.all
        try naming.check(environment)
        let scenario = try ScenarioCatalog().resolve(loadtestScenario)
        for warning in scenario.warnings { say("sml: warning: \(warning)") }
        let key = loadtestServerUrl == nil ? nil : try APIKey.read(file: apiKeyFile, environment: environment)
        let piped = promptsFile(environment) == "-" ? try Corpus.readStandardInput() : nil
        try await checkCeiling(scenario, environment: environment)
        // All that may wait for somebody is read; until here a signal simply ends us. From here on there are files and
        // children to take care of.
        let signals = TerminationSignals.stream()
        guard let server = loadtestServerUrl else {
            // Everything wrong with the scenario is said before anything is started.
            _ = try configuration(scenario, server: "http://127.0.0.1:1", apiKey: nil).resolve()
            return try await LocalRun.withEndpoint(arguments: Self.words(endpointArguments ?? Self.dryRun)) { url in
                try await start(
                    scenario, server: url, apiKey: nil, piped: piped, environment: environment, signals: signals)
            }
        }
        return try await start(
            scenario, server: server, apiKey: key, piped: piped, environment: environment, signals: signals)
    }

    /// A modest server: 64 at once, 40 ms to the first token, 1 ms a token, so that a dry run shows some queueing
    /// at the built-in rates without waiting minutes for answers of 2,048 tokens.
    static let dryRun = "--max-batch 64 --ttft 40ms --time-per-token 1ms"

    private func configuration(
        _ scenario: ScenarioDefinition, server: String, apiKey: String?
    )
        throws(ConfigurationError) -> RunConfiguration
    {
        try RunConfiguration.build(
            scenario: scenario, serverURL: server, apiKey: apiKey, model: loadtestModel ?? servedModelName,
            overrides: try requests.overrides(ProcessVariables.all))
    }

    private func start(
        _ scenario: ScenarioDefinition, server: String, apiKey: String?, piped: [UInt8]?,
        environment: [String: String], signals: AsyncStream<Int32>
    ) async throws -> Int32 {
        let configuration = try configuration(scenario, server: server, apiKey: apiKey)
        let resolved = try configuration.resolve()
        let label = RunLabel.make(scenario: resolved.plan.scenario)
        var staged = try StagedRun(
            directory: out ?? "runs/\(label)", runConfiguration: Array(configuration.json().utf8))
        let prompts: String
        do {
            prompts = try stagePrompts(in: &staged, piped: piped, environment: environment)
            if let name = naming.name {
                try RunNames(environment: environment).give(name, runLabel: label, directory: FileLook.absolute(staged.directory))
            }
        } catch {
            staged.discard()
            throw error
        }
        var arguments = GeneratorArguments(
            configuration: staged.configuration, prompts: prompts, directory: staged.directory, runLabel: label)
        arguments.records = records ? staged.records : nil
        arguments.duration = loadtestDuration
        arguments.workers = workers
        arguments.drain = drain
        arguments.quiet = quiet
        arguments.details = details
        arguments.testRequest = requests.testRequest ?? (loadtestServerUrl != nil)
        arguments.remoteWriteDrain = remoteWriteDrain
        arguments.requireRemoteWrite = requireRemoteWrite
        arguments.requireValid = requests.requireValid
        arguments.realtime = requests.realtime
        arguments.repeats = repeats.count
        let remoteWrite = RemoteWriteSettings(
            isEnabled: loadtestMetricsRemoteWrite, url: loadtestMetricsRemoteWriteUrl, environment: environment)
        let code = try await LocalRun(
            generatorArguments: arguments, generatorEnvironment: remoteWrite.generatorEnvironment
        ).run(signals: signals)
        let summaries = staged.summaries
        if page.report, !summaries.isEmpty { ReportOptions.write(summaries: summaries, beside: staged.summary, quiet: quiet) }
        // Refused before its first request: what we staged is no run and would be in the way of the next try.
        // With a summary it was one, of which only the output failed.
        if [64, 69, 73, 77, 104, 107, 255].contains(code), summaries.isEmpty {
            staged.discard()
            if let name = naming.name { RunNames(environment: environment).remove(name) }
        }
        return code
    }

    /// Says before a plan starts that it would measure the generator, where this machine was calibrated.
    private func checkCeiling(_ scenario: ScenarioDefinition, environment: [String: String]) async throws {
        let rate = try configuration(scenario, server: "http://127.0.0.1:1", apiKey: nil).resolve().plan.highestRate
        let directory = ConfigurationFile.directory(environment: environment)
        var found = Calibration.stored(directory: directory, machine: .current())
        if calibrate {
            let new = try await Calibrator(rate: rate ?? Calibrator.standardRate).run()
            try new.save(directory: directory)
            if !quiet { StandardError.write(new.text) }
            found = new
        }
        if let warning = found?.warning(rate: rate) { say("sml: warning: \(warning)") }
    }

    private func promptsFile(_ environment: [String: String]) -> String? {
        loadtestPromptsFile ?? environment.filled("SML_LOADTEST_PROMPTS_FILE")
    }

    /// The corpus's path; what has no file, packaged or piped, becomes one of the run's own.
    private func stagePrompts(
        in staged: inout StagedRun, piped: [UInt8]?, environment: [String: String]
    ) throws -> String {
        if piped == nil, let file = promptsFile(environment) { return file }
        try staged.write(piped ?? PackagedCorpus.bytes, to: "prompts.json")
        return staged.path("prompts.json")
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
