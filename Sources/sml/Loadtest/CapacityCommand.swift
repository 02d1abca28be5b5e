// `sml loadtest capacity`: the highest load at which a server meets its objectives, with the confidence it deserves. As a job of the
// cluster like `run`, or from this machine.

import ArgumentParser
import Base
import Loadtests
import Scenarios
import ScenarioFiles
import Submit

struct CapacityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity",
        abstract: "Find the highest load at which a server meets its objectives.",
        discussion: """
            Tries loads for a minute each until the highest that meets the objectives is known to 3 %, then confirms one a \
            little below on fresh data of five minutes to forty, as long as it takes to decide, so that no load is claimed \
            that does not meet them in 95 of 100 searches. Objectives \
            are thresholds (--threshold, or the scenario's) and limits of single requests (--slo). The load is a rate of \
            arrivals, or of a scenario with users their number; stages are left out.

            A load whose queue grows beyond doubt is left within seconds. Each load is a run with summary and records of \
            its own in probe-1, probe-2, …; what they came to together is in capacity.json, written after each.

            Submits one job, as 'run' does, with the options of 'run'; with --local it runs on this machine, against a \
            simulated endpoint unless --loadtest-server-url names a server. 'None confirmed' is an answer. Half an hour to \
            an hour is usual, up to two where few requests come; --max-duration bounds it.

            EXIT CODES
            \(ExitStatus.table([
                .done: "a load was confirmed",
                .seriesMissing: "a load was confirmed, and series are missing at the receiver",
                .invalid: "nothing can be said: the generator and not the server was the limit",
                .usage: "bad usage, no objective, or SLURM refused the job",
                .unavailable: "a test request failed, the server does not serve the model, or SLURM or FirecREST cannot be reached",
                .output: nil,
                .temporary: "the model was not healthy in time, the cluster was silent for 10 minutes, or the search could not go on",
                .credentials: nil,
                .notConfigured: nil,
                .rule: "no load could be confirmed to meet the objectives, or not in the time allowed",
                .configuration: nil,
                .stopped: "stopped by a signal before a load was confirmed; capacity.json has what is known",
                .corpus: nil,
            ]))
            \(ExitStatus.tableOfJobs)

            EXAMPLES
              sml loadtest capacity --partition normal --loadtest-model m \\
                  --loadtest-server-url http://nid001234:8080 \\
                  --threshold 'e2e_latency_ms: p(95)<20000'
              sml loadtest capacity --local --loadtest-model m --loadtest-stream \\
                  --loadtest-server-url http://localhost:8000 \\
                  --slo ttft=500ms,tpot=50ms --max-rate 100
              sml loadtest capacity --local --loadtest-scenario throughput \\
                  --loadtest-server-url http://localhost:8000 --loadtest-model m \\
                  --loadtest-stream --threshold 'ttft_ms: p(99)<1000' \\
                  --max-users 256 --max-duration 45m
              sml loadtest capacity --local --probe 10s --confirm 40s \\
                  --threshold 'e2e_latency_ms: p(95)<400' --loadtest-max-tokens 64 \\
                  --endpoint-arguments '--max-batch 8 --time-per-token 2ms'
              sml loadtest summarize runs/x/capacity.json
            """)

    @OptionGroup(title: "Search") var search: CapacityOptions

    @Option(help: ArgumentHelp("Scenario whose load is searched; 'sml loadtest scenarios' lists them.", valueName: "name"))
    var loadtestScenario = "open_loop"

    @Option(help: ArgumentHelp("Model sent in the requests (default: --served-model-name).", valueName: "name"))
    var loadtestModel: String?

    @Option(help: ArgumentHelp("Name the server serves the model under; its health is waited for.", valueName: "name"))
    var servedModelName: String?

    @OptionGroup(title: "This machine") var local: LocalCapacityOptions
    @OptionGroup(title: "Cluster and requests") var cluster: ClusterOptions

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private var model: String? { loadtestModel ?? servedModelName }

    private func runReported() async throws -> Int32 {
        let environment = ProcessVariables.all
        try local.check()
        guard cluster.repeats.count == 1 else {
            throw SubmitError.usage("--repeat: a search is run once, and confirms on fresh data; start it again for another")
        }
        guard cluster.loadtestNodes == 1 else {
            throw SubmitError.usage("--loadtest-nodes: a search runs on one node, which decides what is tried next; leave it out")
        }
        if local.local {
            return try await local.run(scenario: loadtestScenario, model: model, cluster: cluster, environment: environment) {
                try search.settings(of: $0)
            }
        }
        let test = try await prepared(environment)
        return try await cluster.carryOut(test, runID: ResultDirectory.runID(model: model)) { try await waitUntilHealthy(test) }
    }

    private func prepared(_ environment: [String: String]) async throws -> PreparedLoadtest {
        var request = try cluster.request(environment: environment)
        let plan = try RunConfiguration.build(
            scenario: ScenarioCatalog().resolve(loadtestScenario), serverURL: request.serverURL, model: model,
            overrides: request.overrides
        ).resolve().plan
        request.capacity = try search.settings(of: plan, available: request.settings.timeForCapacity(of: plan))
        request.settings.isCapacity = true
        return try await PreparedLoadtest(request, scenario: loadtestScenario, model: model, environment: environment)
    }

    /// How long the job is to wait for the server.
    private func waitUntilHealthy(_ test: PreparedLoadtest) async throws -> Duration? {
        guard cluster.waitUntilHealthy else { return nil }
        guard let name = servedModelName ?? loadtestModel else {
            say("No --loadtest-model: not waiting for its health.")
            return nil
        }
        return try await test.waitUntilHealthy(name)
    }
}
