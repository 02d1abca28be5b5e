// `sml loadtest ab --local`: the run that a job would do, on this machine.

import ArgumentParser
import Base
import Generator
import Loadtests
import ScenarioFiles
import Scenarios
import Submit

struct LocalABOptions: ParsableArguments {
    @Flag(help: "Run on this machine, without a cluster.")
    var local = false

    @Option(help: ArgumentHelp("With --local: scale the plan to this length, e.g. 5m.", valueName: "duration"))
    var loadtestDuration: String?

    @Option(help: ArgumentHelp("With --local: directory of the run (default: runs/<run label>).", valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("With --local: generator shards (default: the CPUs available).", valueName: "n"))
    var workers: Int?

    @Flag(help: "With --local: no progress, no result on stdout.")
    var quiet = false

    @Flag(help: "With --local: print all figures of each arm, not only the comparison.")
    var details = false

    func check() throws {
        if !local {
            let given: [(String, Bool)] = [
                ("--loadtest-duration", loadtestDuration != nil), ("--out", out != nil), ("--workers", workers != nil), ("--quiet", quiet),
                ("--details", details),
            ]
            for (option, isGiven) in given where isGiven { throw SubmitError.usage("\(option): needs --local") }
        }
        if let loadtestDuration { _ = try OptionValue.duration(loadtestDuration, option: "--loadtest-duration", atLeast: .seconds(1)) }
        if let workers { _ = try OptionValue.count(workers, option: "--workers", in: 1...WorkerCount.limit) }
        if let out, out.isEmpty { throw SubmitError.usage("--out: \"\" is not a directory") }
    }

    func run(
        _ arms: RequestedArms, scenario name: String, model: String?, cluster: ClusterOptions, environment: [String: String]
    ) async throws -> Int32 {
        guard let server = cluster.chosenServer(environment) ?? arms.a.serverURL else {
            throw SubmitError.usage("--a-server-url: is missing; pass it, or --loadtest-server-url for both arms")
        }
        try OptionValue.serverURL(server, option: "--loadtest-server-url")
        try cluster.requests.check()
        let scenario = try ScenarioCatalog().resolve(name)
        for warning in scenario.warnings { say("sml: warning: \(warning)") }
        let key = try APIKey.read(file: cluster.apiKeyFile, environment: environment)
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: server, apiKey: key, model: model, overrides: cluster.requests.overrides(environment)
        ).comparing(a: arms.a, b: arms.b, design: arms.design)
        for arm in try configuration.arms() {
            var plan = try arm.configuration.resolve().plan
            if let loadtestDuration {
                plan = try plan.scaled(
                    toDuration: OptionValue.duration(loadtestDuration, option: "--loadtest-duration", atLeast: .seconds(1)))
            }
            _ = try arms.design.plan(of: plan)
        }
        let prompts = cluster.loadtestPromptsFile ?? environment.filled("SML_LOADTEST_PROMPTS_FILE")
        let piped = prompts == "-" ? try Corpus.readStandardInput() : nil
        let signals = TerminationSignals.stream()
        let label = RunLabel.make(scenario: scenario.name)
        var staged = try StagedRun(directory: out ?? "runs/\(label)", runConfiguration: Array(configuration.json().utf8))
        var corpus = prompts ?? ""
        if piped != nil || prompts == nil {
            do {
                try staged.write(piped ?? PackagedCorpus.bytes, to: "prompts.json")
            } catch {
                staged.discard()
                throw error
            }
            corpus = staged.path("prompts.json")
        }
        var arguments = GeneratorArguments(
            configuration: staged.configuration, prompts: corpus, directory: staged.directory, runLabel: label)
        arguments.records = staged.records
        arguments.duration = loadtestDuration
        arguments.workers = workers
        arguments.quiet = quiet
        arguments.details = details
        arguments.testRequest = cluster.requests.testRequest ?? true
        arguments.requireValid = cluster.requests.requireValid
        arguments.realtime = cluster.requests.realtime
        let remoteWrite = RemoteWriteSettings(
            isEnabled: cluster.loadtestMetricsRemoteWrite, url: cluster.loadtestMetricsRemoteWriteUrl, environment: environment)
        let code = try await LocalRun(generatorArguments: arguments, generatorEnvironment: remoteWrite.generatorEnvironment)
            .run(signals: signals)
        if cluster.page.report, TextFile.isThere(staged.summary) {
            ReportOptions.write(summaries: [staged.summary], beside: staged.summary, quiet: quiet)
        }
        // Refused before its first request: what was staged is no run.
        if [64, 69, 73, 77, 104, 107, 255].contains(code), !TextFile.isThere(staged.summary) { staged.discard() }
        return code
    }
}
