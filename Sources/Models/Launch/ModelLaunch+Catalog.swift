// From a catalogue's entry to a launch.

import Submit

extension ModelLaunch {
    /// - Parameters:
    ///   - servedName: nil for the model's own name, under the user's.
    ///   - environment: nil for the entry's.
    ///   - variables: this command's, which say where the configuration is.
    package init(
        _ entry: CatalogEntry, servedName: String? = nil, user: String, environment: EnvironmentFile? = nil, replicas: Int,
        router: Router, routerArguments: FrameworkArguments = FrameworkArguments(), openTela: OpenTela?, time: JobTime,
        account: String, partition: String, reservation: String?, variables: [String: String]
    ) throws {
        let option = "\(entry.origin): \(entry.model): environment"
        try self.init(
            servedName: servedName ?? (entry.frameworkArguments.contains(["--served-model-name"]) ? nil : entry.model), user: user,
            framework: entry.framework,
            environment: try environment ?? EnvironmentFile.find(entry.environment, option: option, environment: variables),
            arguments: FrameworkArguments(
                words: entry.frameworkArguments.words + (entry.namesItsPath ? [] : ["--model", entry.modelPath])),
            topology: try Topology(replicas: replicas, nodesPerReplica: entry.nodesPerReplica), router: router,
            routerArguments: routerArguments, preLaunchCommands: entry.preLaunchCommands, openTela: openTela, time: time,
            account: account, partition: partition, reservation: reservation)
    }
}

extension CatalogEntry {
    var namesItsPath: Bool { frameworkArguments.contains(framework.modelOptions) }
}
