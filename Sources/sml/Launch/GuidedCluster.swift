// What the questions ask of a cluster, each thing once, however often somebody goes back.

import Submit

actor GuidedCluster {
    private let file: ConfigurationFile
    private let environment: [String: String]
    private var known: [String]?
    private var opened: [String: (launcher: any Launcher, partitions: [Partition], user: ClusterUser)] = [:]

    init(file: ConfigurationFile, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// Empty where there is only one and it has no name.
    func systems() async throws -> [String] {
        if let known { return known }
        let names = try await file.systems(environment: environment)
        known = names
        return names
    }

    func partitions(system: String?) async throws -> [Partition] { try await open(system).partitions }

    /// Charged unless another one is named.
    func account(system: String?) async throws -> String? { try await open(system).user.defaultAccount }

    private func open(_ system: String?) async throws -> (launcher: any Launcher, partitions: [Partition], user: ClusterUser) {
        if let found = opened[system ?? ""] { return found }
        let launcher = try await file.openLauncher(system: system, environment: environment)
        let found = (launcher, try await launcher.partitions(), try await launcher.user())
        opened[system ?? ""] = found
        return found
    }
}
