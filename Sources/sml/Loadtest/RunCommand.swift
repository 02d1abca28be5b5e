// `sml loadtest run`: a load test of a server that runs already, as a job on the cluster. Everything that can be wrong
// is found before anything waits: for health, in a queue, or for results.

import ArgumentParser
import Base
import Loadtests
import Submit

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load-test a running server from inside the cluster, as a SLURM job.",
        discussion: """
            Submits a job that runs the generator in a container, waits for it and fetches its summary to \
            ~/.sml/loadtest/<model>/summary_<scenario>_<timestamp>.json, its records beside it. Needs 'sml init'.

            One node is enough for nearly every server. With --loadtest-nodes N each of N takes its exact share of the \
            plan, all begin at one instant, and the summary is computed from all records together.

            Ctrl-C leaves the job running and prints how to wait for it again or cancel it. The API key comes from \
            --api-key-file, SML_SWISSAI_RESEARCH_API_KEY or where 'sml init' put it; in the job only files that you \
            alone can read hold it.

            EXIT CODES
            \(ExitStatus.table([
                .done: nil,
                .seriesMissing: "series are missing at the receiver",
                .invalid: nil,
                .nothingSucceeded: nil,
                .usage: "bad usage, or SLURM refused the job",
                .unavailable: "the server is none that serves the model, or SLURM or FirecREST cannot be reached",
                .output: "output cannot be written",
                .temporary: "the model was not healthy in time, the cluster was silent for 10 minutes, or one of several nodes' tasks was lost",
                .credentials: "the server, FirecREST or its token server refused the key or the credentials",
                .notConfigured: nil,
                .rule: nil,
                .configuration: nil,
                .stopped: "stopped by a signal before the end of its plan",
                .corpus: nil,
            ]))
            \(ExitStatus.tableOfJobs)

            EXAMPLES
              sml loadtest run --partition normal --loadtest-model your-model-name \\
                  --loadtest-server-url https://your.endpoint.example
              sml loadtest run --partition debug --loadtest-scenario open_loop \\
                  --loadtest-server-url http://nid001234:8080 --loadtest-model m \\
                  --loadtest-job-time 00:25:00 --no-wait-for-loadtest
              sml loadtest run --partition normal --loadtest-model m --repeat 5
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

    private func runReported() async throws -> Int32 {
        let model = loadtestModel ?? servedModelName
        let environment = ProcessVariables.all
        let test = try await PreparedLoadtest(
            try cluster.request(environment: environment), scenario: loadtestScenario, model: model, environment: environment)
        return try await cluster.carryOut(test, runID: ResultDirectory.runID(model: model)) { try await waitUntilHealthy(test) }
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
