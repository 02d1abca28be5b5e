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

            With --ab two models are launched, A and B: what the options with --a- and --b- say is added to, or comes in place \
            of, what those without say. When both are healthy one load test loads them at once, as 'sml loadtest ab' does, and \
            says whether they differ; its results are under ~/.sml/loadtest/<A's job>-<B's job>/. When one does not come up, \
            nothing is tested, and the other is treated as a model whose test failed. Where only one fits at a time, --repeat 5 \
            launches them in turns (A B, B A, A B, …), tests each alone and compares the pairs.

            EXIT CODES
            \(ExitStatus.table([
                .records: "with --ab: there is no verdict: an arm stopped answering, or the runs were too short or no pairs",
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
              sml loadtest advanced --ab --partition normal --framework sglang \\
                --framework-args "--model-path /data/m --served-model-name m" \\
                --a-framework-args "--tp-size 4" --b-framework-args "--dp-size 4" \\
                --loadtest-scenario open_loop --cancel-after-loadtest
              sml loadtest advanced --ab --repeat 5 --partition normal \\
                --framework-args "--model /data/m --served-model-name m" \\
                --a-framework sglang --b-framework vllm --cancel-after-loadtest
            """)

    @OptionGroup(title: "Model") var model: ServingOptions
    @OptionGroup(title: "Two models") var arms: AdvancedArmOptions
    @OptionGroup(title: "Model of arm A (default: as above)") var a: ArmServingOptions<ArmA>
    @OptionGroup(title: "Model of arm B (default: as above)") var b: ArmServingOptions<ArmB>
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
        let repeats = try cluster.repeats.checked()
        try arms.check(given: a.given + b.given, launch, repeats: repeats, name: cluster.naming.name, environment)
        let models = try chosen(environment)
        var request = try cluster.request(environment: environment)
        if arms.ab {
            request.arms = try arms.requested()
            // A job for each run.
            request.settings.repeats = 1
        }
        try checkDifferent(models, request.arms)
        let test = try await PreparedLoadtest(request, scenario: loadtestScenario, model: nil, environment: environment)
        let openTela = try launch.openTela()
        return try await launch.launching(test, pairs: arms.ab ? repeats : 1).carryOut(timeOption: "--slurm-time") { place in
            try models.map { one in
                try one.named {
                    try ModelLaunch(
                        servedName: one.servedName, user: place.user.name, framework: one.chosen.framework,
                        environment: one.chosen.environment, arguments: one.chosen.arguments, topology: one.chosen.topology,
                        router: one.chosen.router, routerArguments: one.chosen.routerArguments,
                        preLaunchCommands: one.chosen.preLaunchCommands, openTela: openTela, time: one.chosen.time,
                        account: place.account, partition: test.settings.partition, reservation: test.settings.reservation)
                }
            }
        }
    }

    /// A model to launch, of an arm or by itself.
    private struct Model {
        var arm: String?
        var servedName: String?
        var chosen: ServingOptions.Chosen

        init(_ options: ServingOptions, arm: String?, _ environment: [String: String]) throws {
            self.arm = arm
            servedName = options.servedModelName
            chosen = try Self.named(arm) { try options.chosen(environment: environment) }
        }

        func named<Value>(_ body: () throws -> Value) throws -> Value { try Self.named(arm, body) }

        /// Which arm's launch it is that cannot be.
        private static func named<Value>(_ arm: String?, _ body: () throws -> Value) throws -> Value {
            guard let arm else { return try body() }
            do { return try body() } catch SubmitError.usage(let text) { throw SubmitError.usage("arm \(arm): \(text)") }
        }
    }

    private func chosen(_ environment: [String: String]) throws -> [Model] {
        guard arms.ab else { return [try Model(model, arm: nil, environment)] }
        return [try Model(a.launch(model), arm: ArmA.name, environment), try Model(b.launch(model), arm: ArmB.name, environment)]
    }

    private func checkDifferent(_ models: [Model], _ requested: RequestedArms?) throws {
        guard let requested, requested.design.design != .aa, requested.a == requested.b, models[0].chosen == models[1].chosen else {
            return
        }
        throw SubmitError.usage(
            "--ab: the arms are alike: say what differs with --a-framework-args, --b-framework-args, …, or measure how much two launches of "
                + "one model differ with --design aa")
    }
}
