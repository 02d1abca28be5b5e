// `sml loadtest capacity --local`: the search that a job would do, on this machine.

import ArgumentParser
import Base
import Generator
import Loadtests
import Metrics
import ScenarioFiles
import Scenarios
import Submit

struct LocalCapacityOptions: ParsableArguments {
    @Flag(help: "Run on this machine, without a cluster.")
    var local = false

    @Option(help: ArgumentHelp("With --local: directory of the search (default: runs/<run label>).", valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("With --local: generator shards (default: the CPUs available).", valueName: "n"))
    var workers: Int?

    // Its value begins with dashes.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --local and no server: options for a simulated one; see 'sml-endpoint --help'.", valueName: "options"))
    var endpointArguments: String?

    @Flag(help: "With --local: no progress, no result on stdout.")
    var quiet = false

    @Flag(help: "With --local: on a terminal, print all of the result, not only what fits on it.")
    var details = false

    func check() throws {
        if !local {
            let given: [(String, Bool)] = [
                ("--out", out != nil), ("--workers", workers != nil), ("--endpoint-arguments", endpointArguments != nil),
                ("--quiet", quiet),
                ("--details", details),
            ]
            for (option, isGiven) in given where isGiven { throw SubmitError.usage("\(option): needs --local") }
        }
        if let workers { _ = try OptionValue.count(workers, option: "--workers", in: 1...WorkerCount.limit) }
        if let out, out.isEmpty { throw SubmitError.usage("--out: \"\" is not a directory") }
    }

    /// - Parameter settings: of the search, for the plan that there is.
    func run(
        scenario name: String, model: String?, cluster: ClusterOptions, environment: [String: String],
        settings: (Plan) throws -> CapacitySettings
    ) async throws -> Int32 {
        let server = cluster.chosenServer(environment)
        if let server {
            try OptionValue.serverURL(server, option: "--loadtest-server-url")
            if endpointArguments != nil {
                throw SubmitError.usage("--endpoint-arguments: is for the simulated endpoint; remove it or --loadtest-server-url")
            }
        } else if cluster.apiKeyFile != nil {
            throw SubmitError.usage("--api-key-file: is for a server; set --loadtest-server-url too")
        }
        try cluster.requests.check()
        try cluster.naming.check(environment)
        let scenario = try ScenarioCatalog().resolve(name)
        for warning in scenario.warnings { say("sml: warning: \(warning)") }
        let key = server == nil ? nil : try APIKey.read(file: cluster.apiKeyFile, environment: environment)
        // Everything wrong with the search is said before anything is started.
        let configuration = try configuration(
            scenario, server: server ?? "http://127.0.0.1:1", key: key, model: model, cluster, environment, settings)
        let prompts = cluster.loadtestPromptsFile ?? environment.filled("SML_LOADTEST_PROMPTS_FILE")
        let piped = prompts == "-" ? try Corpus.readStandardInput() : nil
        let signals = TerminationSignals.stream()
        guard server == nil else {
            return try await start(
                scenario, configuration, prompts: prompts, piped: piped, cluster, environment, signals, isSimulated: false)
        }
        let words = (endpointArguments ?? LocalCommand.dryRun).split(separator: " ").map(String.init)
        return try await LocalRun.withEndpoint(arguments: words) { url in
            let aimed = try configuration.aimed(at: url)
            return try await start(scenario, aimed, prompts: prompts, piped: piped, cluster, environment, signals, isSimulated: true)
        }
    }

    private func configuration(
        _ scenario: ScenarioDefinition, server: String, key: String?, model: String?, _ cluster: ClusterOptions,
        _ environment: [String: String], _ settings: (Plan) throws -> CapacitySettings
    ) throws -> RunConfiguration {
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: server, apiKey: key, model: model, overrides: cluster.requests.overrides(environment))
        let plan = try configuration.resolve().plan
        _ = try CapacityJudge(plan, labels: nil)
        return try configuration.searching(try settings(plan))
    }

    private func start(
        _ scenario: ScenarioDefinition, _ configuration: RunConfiguration, prompts: String?, piped: [UInt8]?, _ cluster: ClusterOptions,
        _ environment: [String: String], _ signals: AsyncStream<Int32>, isSimulated: Bool
    ) async throws -> Int32 {
        let label = RunLabel.make(scenario: scenario.name)
        var staged = try StagedRun(directory: out ?? "runs/\(label)", runConfiguration: Array(configuration.json().utf8))
        var corpus = prompts ?? ""
        do {
            if piped != nil || prompts == nil {
                try staged.write(piped ?? PackagedCorpus.bytes, to: "prompts.json")
                corpus = staged.path("prompts.json")
            }
            if let name = cluster.naming.name {
                try RunNames(environment: environment).give(name, runLabel: label, directory: FileLook.absolute(staged.directory))
            }
        } catch {
            staged.discard()
            throw error
        }
        var arguments = GeneratorArguments(
            configuration: staged.configuration, prompts: corpus, directory: staged.directory, runLabel: label)
        arguments.records = staged.records
        arguments.workers = workers
        arguments.realtime = cluster.requests.realtime
        arguments.quiet = quiet
        arguments.details = details
        arguments.testRequest = cluster.requests.testRequest ?? !isSimulated
        let remoteWrite = RemoteWriteSettings(
            isEnabled: cluster.loadtestMetricsRemoteWrite, url: cluster.loadtestMetricsRemoteWriteUrl, environment: environment)
        let code = try await LocalRun(generatorArguments: arguments, generatorEnvironment: remoteWrite.generatorEnvironment)
            .run(signals: signals)
        let found = staged.path(CapacityFile.result)
        if cluster.page.report, TextFile.isThere(found) { ReportOptions.write(capacity: found, quiet: quiet) }
        // Refused before its first request: what was staged is no search.
        if [64, 69, 73, 77, 104, 107, 255].contains(code), !TextFile.isThere(found) {
            staged.discard()
            if let name = cluster.naming.name { RunNames(environment: environment).remove(name) }
        }
        return code
    }
}
