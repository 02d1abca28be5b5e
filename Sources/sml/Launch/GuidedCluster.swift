// What the questions ask of a cluster, each thing once, however often somebody goes back.

import Loadtests
import Submit

actor GuidedCluster {
    private let file: ConfigurationFile
    private let environment: [String: String]
    private let isShownOnly: Bool
    private var known: [String]?
    private var opened: [String: (launcher: any Launcher, partitions: [Partition], user: ClusterUser)] = [:]

    /// - Parameter isShownOnly: nothing will be submitted, so that partitions need not be known: there may be no SLURM here.
    init(file: ConfigurationFile, environment: [String: String], isShownOnly: Bool) {
        self.file = file
        self.environment = environment
        self.isShownOnly = isShownOnly
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
        let launcher = try await file.openLauncher(system: system, environment: environment, notice: TerminalDisplay().trace)
        let partitions = isShownOnly ? (try? await launcher.partitions()) ?? [] : try await launcher.partitions()
        let found = (launcher, partitions, try await launcher.user())
        opened[system ?? ""] = found
        return found
    }
}
