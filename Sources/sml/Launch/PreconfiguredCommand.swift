// `sml loadtest preconfigured`: launches a model of the catalogue, asking for what no flag and no variable says, waits
// for it and load-tests it.

import ArgumentParser
import Models
import ScenarioFiles
import Base
import Loadtests
import Scenarios
import Submit

struct PreconfiguredCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preconfigured",
        abstract: "Launch a model of the catalogue, asking for what is not said, then load-test it.",
        discussion: """
            On a terminal it asks for system, partition, reservation, account, model, framework, replicas, router, time \
            and scenario; what a flag or variable says is not asked, and '<' goes back. Elsewhere nothing is asked: what \
            has no default and is not said is an error that names the flag. 'sml models' lists the models.

            Then as 'sml loadtest advanced': the model's job is submitted and watched until the model answers, the load \
            test follows, and with --cancel-after-loadtest the model's job ends whatever happens.

            EXIT CODES
            \(ExitStatus.table([
                .usage: "bad usage, or a value is missing and nobody is there to ask",
                .modelEnded: nil,
                .temporary: "the model was not healthy within --loadtest-ready-timeout",
                .detached: "Ctrl-C",
            ]))
            Others are those of 'sml loadtest run'.

            EXAMPLES
              sml loadtest preconfigured --partition normal --cancel-after-loadtest
              sml loadtest preconfigured --partition normal --framework sglang \\
                --model swiss-ai/Apertus-8B-Instruct-2509 --time 01:00:00 \\
                --loadtest-scenario open_loop --cancel-after-loadtest
            """)

    @Option(help: ArgumentHelp("Model; 'sml models' lists them.", valueName: "vendor/name"))
    var model: String?

    @Option(
        name: [.customLong("framework"), .customLong("serving-framework")],
        help: ArgumentHelp("Framework to serve with: sglang or vllm.", valueName: "name"))
    var framework: String?

    @Option(
        name: [.customLong("replicas"), .customLong("slurm-replicas")],
        help: ArgumentHelp("Copies of the server (default: 1).", valueName: "n"))
    var replicas: String?

    @Option(
        name: [.customLong("use-router"), .customLong("router")],
        help: ArgumentHelp("What spreads requests over the copies: no or opentela, yes or sglang (default: no).", valueName: "yes|no|name"))
    var useRouter: String?

    @Option(
        name: [.customLong("time"), .customLong("slurm-time")],
        help: ArgumentHelp("Time limit of the model's job (default: 03:00:00).", valueName: "HH:MM:SS"))
    var time: String?

    @Option(help: ArgumentHelp("Scenario to run; 'sml loadtest scenarios' lists them (default: throughput).", valueName: "name"))
    var loadtestScenario: String?

    @OptionGroup(title: "Launch") var launch: LaunchOptions
    @OptionGroup(title: "Load test") var cluster: ClusterOptions

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private func runReported() async throws -> Int32 {
        let environment = ProcessVariables.all
        try launch.check(cluster, environment: environment)
        let file = try ConfigurationFile.load(environment: environment)
        let catalog = try ModelCatalog.load(environment: environment)
        // Flags that are wrong are said before ten questions are answered.
        var checked = cluster
        checked.partition = cluster.partition ?? environment.filled("SML_PARTITION") ?? "?"
        let settings = try checked.settings(environment: environment)
        let answers = try await Guide(
            try guide(file, catalog, settings, environment).steps, given: given(environment), questioner: TerminalQuestioner(), say: say
        ).run()

        typealias Flag = LaunchGuide.Flag
        var decided = cluster
        decided.firecrestSystem = answers[Flag.system] ?? cluster.firecrestSystem
        decided.partition = answers[Flag.partition]
        decided.reservation = answers[Flag.reservation]
        decided.account = answers[Flag.account]
        let test = try await PreparedLoadtest(
            try decided.request(environment: environment), scenario: answers[Flag.scenario] ?? "", model: nil, environment: environment)
        let entry = try catalog.entry(
            answers[Flag.model] ?? "", framework: try answers[Flag.framework].map { try Framework($0, option: Flag.framework) })
        let limit = try JobTime(answers[Flag.time] ?? "", option: Flag.time)
        return try await launch.launching(test).carryOut(timeOption: Flag.time) { place in
            let model = try ModelLaunch(
                entry, user: place.user.name, replicas: Int(answers[Flag.replicas] ?? "") ?? 1,
                router: try Router(answers[Flag.router] ?? "", option: Flag.router), openTela: try launch.openTela(), time: limit,
                account: place.account, partition: test.settings.partition, reservation: test.settings.reservation, variables: environment)
            return [model]
        }
    }

    private func guide(
        _ file: ConfigurationFile, _ catalog: ModelCatalog, _ settings: ClusterSettings, _ environment: [String: String]
    ) throws -> LaunchGuide {
        let scenarios = try ScenarioCatalog().names().map { name in
            let resolved = try? ScenariosCommand.resolve(try ScenarioCatalog().resolve(name))
            let note = resolved.map { "\($0.plan.executor.pattern), \(DurationGrammar.format($0.plan.executor.duration))" }
            return GuideQuestion.Choice(name, note ?? "not usable")
        }
        return LaunchGuide(
            cluster: GuidedCluster(file: file, environment: environment, isShownOnly: self.cluster.dryRun), catalog: catalog,
            scenarios: scenarios
        ) { name in
            let plan = try ScenariosCommand.resolve(try ScenarioCatalog().resolve(name)).plan
            try settings.fitted(to: plan).check(fits: plan, scenario: name)
        }
    }

    /// What is not asked. An empty reservation or account is an answer, as in SML.
    private func given(_ environment: [String: String]) -> [String: String] {
        typealias Flag = LaunchGuide.Flag
        let values = [
            Flag.system: cluster.firecrestSystem ?? environment.filled("SML_SYSTEM", "SML_FIRECREST_SYSTEM"),
            Flag.partition: cluster.partition ?? environment.filled("SML_PARTITION"),
            Flag.reservation: cluster.reservation ?? environment["SML_RESERVATION"],
            Flag.account: cluster.account ?? environment["SML_ACCOUNT"],
            Flag.model: model, Flag.framework: framework, Flag.replicas: replicas, Flag.router: useRouter, Flag.time: time,
            Flag.scenario: loadtestScenario,
        ]
        return values.compactMapValues(\.self)
    }
}
