// `sml loadtest advanced`: launches a model described by flags, waits for it and load-tests it.

import ArgumentParser
import Base
import Loadtests
import Models
import Submit

struct AdvancedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advanced",
        abstract: "Launch a model described by flags, then load-test it.",
        discussion: """
            Submits the model's job, waits until the model answers at --loadtest-server-url, then submits the load test as \
            'run' does. The wait ends at once when the model's job does. Results are under ~/.sml/loadtest/<model's job>/.

            Ctrl-C leaves both jobs running and prints how to take them up or cancel them; with --cancel-after-loadtest \
            both are cancelled, and the model's job also when anything failed.

            A model served as vendor/name is <you>/vendor/name for others; requests name it so.

            EXIT CODES
            \(ExitStatus.table([
                .modelEnded: nil,
                .temporary: "the model was not healthy within --loadtest-ready-timeout",
                .detached: "Ctrl-C",
            ]))
            Others are those of 'sml loadtest run'. Wrong options, files and times are found before anything is submitted.

            EXAMPLES
              sml loadtest advanced --partition normal --serving-framework sglang \\
                --framework-args "--model-path /data/m --served-model-name m" \\
                --loadtest-scenario throughput --cancel-after-loadtest
              sml loadtest advanced --partition normal --framework vllm \\
                --framework-args "--model /data/m --served-model-name m" \\
                --replicas 2 --use-router --time 04:00:00
              sml loadtest advanced --partition normal --framework vllm \\
                --framework-args "--model m --served-model-name m" \\
                --output-script ./scripts
            """)

    @OptionGroup(title: "Model") var model: ServingOptions
    @OptionGroup(title: "Launch") var launch: LaunchOptions
    @OptionGroup(title: "Load test") var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Scenario to run; 'sml loadtest scenarios' lists them.", valueName: "name"))
    var loadtestScenario = "throughput"

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private func runReported() async throws -> Int32 {
        let environment = ProcessVariables.all
        try launch.check(cluster, environment: environment)
        let test = try await PreparedLoadtest(
            try cluster.request(environment: environment), scenario: loadtestScenario, model: nil, environment: environment)
        let chosen = try model.chosen(environment: environment)
        return try await launch.launching(test).carryOut(timeOption: "--slurm-time") { place in
            try ModelLaunch(
                servedName: model.servedModelName, user: place.user.name, framework: chosen.framework,
                environment: chosen.environment, arguments: chosen.arguments, topology: chosen.topology, router: chosen.router,
                routerArguments: chosen.routerArguments, preLaunchCommands: model.preLaunchCmds, openTela: try launch.openTela(),
                time: chosen.time, account: place.account, partition: test.settings.partition, reservation: test.settings.reservation)
        }
    }
}
