// Launches as tests want them: everything said, one thing changed.

import Submit

@testable import Models

enum Launches {
    static let environment = "image = \"/images/x-{arch}.sqsh\"\n"
    static let path = "/models/it's $HOME"

    static func make(
        _ framework: Framework = .sglang, servedName: String? = "vendor/model", environment: String = environment,
        arguments: [String] = ["--model", path], replicas: Int = 1, nodesPerReplica: Int = 1, router: Router = .opentela,
        routerArguments: [String] = [], preLaunchCommands: String = "", openTela: OpenTela? = nil, reservation: String? = nil
    ) throws -> ModelLaunch {
        try ModelLaunch(
            servedName: servedName, user: "ada", framework: framework, environment: EnvironmentFile(text: environment, name: "e.toml"),
            arguments: FrameworkArguments(words: arguments), topology: Topology(replicas: replicas, nodesPerReplica: nodesPerReplica),
            router: router, routerArguments: FrameworkArguments(words: routerArguments), preLaunchCommands: preLaunchCommands,
            openTela: openTela, time: JobTime("03:00:00", option: "--time"), account: "a", partition: "p", reservation: reservation)
    }
}
