// What one of two launches differs in from what the options without a prefix say: the options of a model with `--a-` or `--b-`
// before their names. One declaration for both arms, so that they cannot come apart.

import ArgumentParser
import Base
import Submit

protocol ArmName: Sendable { static var name: String { get } }
enum ArmA: ArmName { static let name = "a" }
enum ArmB: ArmName { static let name = "b" }

struct ArmServingOptions<Arm: ArmName>: ParsableArguments {
    @Option(
        name: [.customLong("\(Arm.name)-serving-framework"), .customLong("\(Arm.name)-framework")],
        help: ArgumentHelp("Its framework.", valueName: "name"))
    var servingFramework: String?

    @Option(
        name: [.customLong("\(Arm.name)-slurm-environment"), .customLong("\(Arm.name)-environment")],
        help: ArgumentHelp("Its environment file.", valueName: "path|name"))
    var slurmEnvironment: String?

    @Option(
        name: .customLong("\(Arm.name)-framework-args"), parsing: .unconditional,
        help: ArgumentHelp("Words for its framework, after those of --framework-args; of a word in both its own counts.", valueName: "args")
    )
    var frameworkArgs: String?

    @Option(
        name: [.customLong("\(Arm.name)-slurm-replicas"), .customLong("\(Arm.name)-replicas")],
        help: ArgumentHelp("Its copies.", valueName: "n"))
    var slurmReplicas: Int?

    @Option(
        name: [.customLong("\(Arm.name)-slurm-nodes-per-replica"), .customLong("\(Arm.name)-nodes-per-replica")],
        help: ArgumentHelp("Nodes of each of its copies.", valueName: "n"))
    var slurmNodesPerReplica: Int?

    @Option(
        name: [.customLong("\(Arm.name)-slurm-time"), .customLong("\(Arm.name)-time")],
        help: ArgumentHelp("Time limit of its job.", valueName: "HH:MM:SS"))
    var slurmTime: String?

    @Option(
        name: .customLong("\(Arm.name)-served-model-name"),
        help: ArgumentHelp("Name to serve it under (default: that of both, with -\(Arm.name) for a gateway).", valueName: "name"))
    var servedModelName: String?

    @Flag(name: .customLong("\(Arm.name)-use-router"), help: "Put SGLang's router before its copies.")
    var useRouter = false

    @Option(name: .customLong("\(Arm.name)-router"), help: ArgumentHelp("What spreads requests over its copies.", valueName: "name"))
    var router: String?

    @Option(
        name: .customLong("\(Arm.name)-router-args"), parsing: .unconditional,
        help: ArgumentHelp("Words for its SGLang router.", valueName: "args"))
    var routerArgs: String?

    @Option(
        name: .customLong("\(Arm.name)-pre-launch-cmds"), parsing: .unconditional,
        help: ArgumentHelp("Shell commands in its container before the framework.", valueName: "cmds"))
    var preLaunchCmds: String?

    /// Those that somebody gave.
    var given: [String] {
        let all: [(String, Bool)] = [
            ("serving-framework", servingFramework != nil), ("slurm-environment", slurmEnvironment != nil),
            ("framework-args", frameworkArgs != nil), ("slurm-replicas", slurmReplicas != nil),
            ("slurm-nodes-per-replica", slurmNodesPerReplica != nil), ("slurm-time", slurmTime != nil),
            ("served-model-name", servedModelName != nil), ("use-router", useRouter), ("router", router != nil),
            ("router-args", routerArgs != nil), ("pre-launch-cmds", preLaunchCmds != nil),
        ]
        return all.filter(\.1).map { "--\(Arm.name)-\($0.0)" }
    }

    /// The launch of this arm: its own words where it has any, else those both have.
    func launch(_ common: ServingOptions) -> ServingOptions {
        var own = common
        own.servingFramework = servingFramework ?? common.servingFramework
        own.slurmEnvironment = slurmEnvironment ?? common.slurmEnvironment
        // A framework takes the last of a word, and so does its served name.
        let name = servedModelName.map { "--served-model-name \(ShellWord.quoted($0))" }
        own.frameworkArgs = [common.frameworkArgs, frameworkArgs, name].compactMap(\.self).joined(separator: " ")
        own.slurmReplicas = slurmReplicas ?? common.slurmReplicas
        own.slurmNodesPerReplica = slurmNodesPerReplica ?? common.slurmNodesPerReplica
        own.slurmTime = slurmTime ?? common.slurmTime
        own.servedModelName = servedModelName ?? common.servedModelName
        if useRouter || router != nil { (own.useRouter, own.router) = (useRouter, router) }
        own.routerArgs = routerArgs ?? common.routerArgs
        own.preLaunchCmds = preLaunchCmds ?? common.preLaunchCmds
        return own
    }
}
