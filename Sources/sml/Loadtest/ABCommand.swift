// `sml loadtest ab`: two servers, or two ways to ask one, loaded by one generator under one schedule, and the comparison at the
// end. As a job of the cluster like `run`, or from this machine.

import ArgumentParser
import Base
import Loadtests
import Submit

struct ABCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ab",
        abstract: "Load two servers at once under one schedule, and say whether they differ.",
        discussion: """
            Two tests one after the other "differ" whenever the machine drifts between them. Here both arms get the same \
            prompt at the same instant, so that what hits both cancels, and each difference has an interval. Anything about \
            the requests may differ by arm: server, model, key, token limit, body.

            Submits one job, as 'run' does, with the options of 'run'; with --local it runs on this machine, in a directory \
            of its own. Each arm has all figures of a run, in the summary under sml.arms, in series with a label arm, in \
            records with a number. A server that stops answering is said, the other's figures are kept, and there is no \
            verdict.

            EXIT CODES
            \(ExitStatus.table([
                .done: "both arms were measured and compared, whatever came of it",
                .seriesMissing: nil,
                .invalid: nil,
                .nothingSucceeded: nil,
                .usage: "bad usage, or SLURM refused the job",
                .records: "there is no verdict: an arm stopped answering, the arms are no pair, or the run was too short",
                .unavailable: "a test request failed, a server does not serve its model, or SLURM or FirecREST cannot be reached",
                .output: nil,
                .temporary: "a model was not healthy in time, the cluster was silent for 10 minutes, or one of several nodes' tasks was lost",
                .credentials: "a server, FirecREST or its token server refused the key or the credentials",
                .notConfigured: nil,
                .rule: nil,
                .configuration: nil,
                .stopped: nil,
                .corpus: nil,
            ]))
            \(ExitStatus.tableOfJobs)

            EXAMPLES
              sml loadtest ab --partition normal --loadtest-model m \\
                  --a-server-url http://nid001234:8080 --b-server-url http://nid001240:8080
              sml loadtest ab --local --loadtest-model m --loadtest-duration 5m \\
                  --tolerance 5% --a-server-url http://localhost:8000 \\
                  --b-server-url http://localhost:8001
              sml loadtest ab --local --loadtest-model m --cache nonce \\
                  --a-server-url http://localhost:8000 --a-max-tokens 64 --b-max-tokens 128
              sml loadtest ab --local --loadtest-model m --design abba --pairs 10 \\
                  --a-server-url http://localhost:8000 --b-request-body '{"top_k": 20}'
              sml loadtest ab --local --design aa --a-server-url http://localhost:8000 \\
                  --b-server-url http://localhost:8001 --loadtest-model m
              sml loadtest ab --find 3 --pilot runs/first/summary.json
            """)

    @OptionGroup(title: "Arms") var arms: ArmOptions
    @OptionGroup(title: "How long") var power: PowerOptions

    @Option(help: ArgumentHelp("Scenario to run; 'sml loadtest scenarios' lists them.", valueName: "name"))
    var loadtestScenario = "open_loop"

    @Option(help: ArgumentHelp("Model sent in the requests of both arms.", valueName: "name"))
    var loadtestModel: String?

    @OptionGroup(title: "This machine") var local: LocalABOptions
    @OptionGroup(title: "Cluster, and requests of both arms") var cluster: ClusterOptions

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private func runReported() async throws -> Int32 {
        let environment = ProcessVariables.all
        if let answer = try power.answer() {
            try StandardOutput.write(answer)
            return 0
        }
        try local.check()
        guard cluster.repeats.count == 1 else {
            throw SubmitError.usage(
                "--repeat: is not for ab, whose arms meet the same moments anyway; for more of them use a longer --loadtest-duration "
                    + "or --design abba --pairs N")
        }
        let requested = try arms.requested(server: cluster.server(environment), environment: environment)
        if arms.loading.cache == nil, requested.design.cache == .warm {
            say("sml: both arms load one server: its cache is filled before (--cache warm)")
        }
        guard !local.local else {
            return try await local.run(
                requested, scenario: loadtestScenario, model: loadtestModel, cluster: cluster, environment: environment)
        }
        var request = try cluster.request(environment: environment)
        request.arms = requested
        let test = try await PreparedLoadtest(request, scenario: loadtestScenario, model: loadtestModel, environment: environment)
        return try await cluster.carryOut(test, runID: ResultDirectory.runID(model: arms.aModel ?? loadtestModel)) {
            try await waitUntilHealthy(test)
        }
    }

    /// How long the job is to wait for the servers: as long as the one that it must wait for.
    private func waitUntilHealthy(_ test: PreparedLoadtest) async throws -> Duration? {
        guard cluster.waitUntilHealthy else { return nil }
        var longest: Duration?
        for (name, arm) in test.ofEachArm {
            guard let model = arm.model else {
                say("arm \(name ?? ""): no model: not waiting for its health.")
                continue
            }
            say("arm \(name ?? ""): \(model) at \(Redactor.maskingCredentials(in: arm.serverURL))")
            if let wait = try await arm.waitUntilHealthy(model) { longest = max(longest ?? .zero, wait) }
        }
        return longest
    }
}
