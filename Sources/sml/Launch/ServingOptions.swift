// The model of `advanced`, in SML's words: those of its first version, and beside them those it took later.

import ArgumentParser
import Base
import Models
import Submit

struct ServingOptions: ParsableArguments {
    @Option(
        name: [.customLong("serving-framework"), .customLong("framework")],
        help: ArgumentHelp("Framework to serve with: sglang or vllm.", valueName: "name"))
    var servingFramework: String?

    @Option(
        name: [.customLong("slurm-environment"), .customLong("environment")],
        help: ArgumentHelp(
            "Environment file (TOML), or the name of a packaged or own one (default: the framework's).",
            valueName: "path|name"))
    var slurmEnvironment: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Words for the framework, in one argument; --model-path PATH is needed.", valueName: "args"))
    var frameworkArgs = ""

    @Option(
        name: [.customLong("slurm-replicas"), .customLong("replicas")],
        help: ArgumentHelp("Copies of the server.", valueName: "n"))
    var slurmReplicas = 1

    @Option(
        name: [.customLong("slurm-nodes-per-replica"), .customLong("nodes-per-replica")],
        help: ArgumentHelp("Nodes of each copy.", valueName: "n"))
    var slurmNodesPerReplica = 1

    @Option(
        name: [.customLong("slurm-time"), .customLong("time")],
        help: ArgumentHelp("Time limit of the model's job.", valueName: "HH:MM:SS"))
    var slurmTime = "02:00:00"

    @Option(help: ArgumentHelp("Name to serve the model under (default: the one in --framework-args).", valueName: "name"))
    var servedModelName: String?

    @Flag(help: "Put SGLang's router before the copies; the same as --router sglang.")
    var useRouter = false

    @Option(help: ArgumentHelp("What spreads requests over the copies: opentela or sglang.", valueName: "name"))
    var router: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Words for SGLang's router, in one argument.", valueName: "args"))
    var routerArgs = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("Shell commands to run in the container before the framework.", valueName: "cmds"))
    var preLaunchCmds = ""

    // What these are about is not started at all.
    @Flag(help: "Accepted for SML's sake: no DCGM exporter is started.")
    var disableDcgmExporter = false

    @Flag(help: "Accepted for SML's sake: no metrics agent is started.")
    var disableMetrics = false

    @Flag(help: .hidden)
    var consecutive = false

    @Option(help: .hidden)
    var handoverTime: String?

    @Option(help: .hidden)
    var maxJobTime: String?

    /// Everything of a launch but where it happens.
    struct Chosen: Equatable {
        var framework: Framework
        var environment: EnvironmentFile
        var arguments: FrameworkArguments
        var topology: Topology
        var time: JobTime
        var router: Router
        var routerArguments: FrameworkArguments
        var preLaunchCommands: String
    }

    /// - Throws: ``SubmitError/usage(_:)``.
    func chosen(environment: [String: String]) throws -> Chosen {
        // A chain of jobs hands a model over while it is tested, which is no measurement; SML ignores these here.
        for (option, isGiven) in [
            ("--consecutive", consecutive), ("--handover-time", handoverTime != nil), ("--max-job-time", maxJobTime != nil),
        ] where isGiven {
            throw SubmitError.usage(
                "\(option): is not for load tests, which test a model of one job; give --slurm-time what the test needs")
        }
        guard let servingFramework else {
            let known = Framework.allCases.map(\.rawValue).joined(separator: " or ")
            throw SubmitError.usage("--serving-framework: is missing; expected \(known)")
        }
        let framework = try Framework(servingFramework, option: "--serving-framework")
        let topology = try Topology(replicas: slurmReplicas, nodesPerReplica: slurmNodesPerReplica)
        return Chosen(
            framework: framework,
            environment: try Self.environment(slurmEnvironment ?? framework.defaultEnvironment, environment),
            arguments: try FrameworkArguments(frameworkArgs, option: "--framework-args"), topology: topology,
            time: try JobTime(slurmTime, option: "--slurm-time"), router: try chosenRouter(topology),
            routerArguments: try FrameworkArguments(routerArgs, option: "--router-args"), preLaunchCommands: preLaunchCmds)
    }

    private func chosenRouter(_ topology: Topology) throws -> Router {
        let named = try router.map { try Router($0, option: "--router") }
        if useRouter, let named, named != .sglang { throw SubmitError.usage("--use-router: contradicts --router \(named)") }
        let chosen = useRouter ? .sglang : named ?? .opentela
        if chosen == .sglang, topology.replicas == 1 { say("sml: warning: --use-router: has no effect with one replica") }
        if chosen != .sglang || topology.replicas == 1, !routerArgs.isEmpty {
            throw SubmitError.usage("--router-args: needs --use-router and more than one replica")
        }
        return chosen
    }

    /// SML's documentation names the files of its own source tree, as seen from a checkout of it. Without one, such a path
    /// means the file of that name here.
    private static func environment(_ text: String, _ environment: [String: String]) throws -> EnvironmentFile {
        let option = "--slurm-environment"
        guard !FileLook.isThere(text), text.hasSuffix(".toml"),
            PathText.parent(of: text).hasSuffix("swiss_ai_model_launch/assets/envs")
        else { return try EnvironmentFile.find(text, option: option, environment: environment) }
        let name = String(PathText.name(of: text).dropLast(".toml".count))
        let found = try EnvironmentFile.find(name, option: option, environment: environment)
        say("\(option): \(text) is not here; taking \(found.name)")
        return found
    }
}
