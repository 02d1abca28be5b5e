// From the configuration to an opened way to the cluster: the one place that knows how many ways there are.

import HTTPClient
import LibcurlClient
import Base

/// A launcher together with what was asked of it once: who we are, which account, where files go.
package struct OpenedCluster: Sendable {
    package var launcher: any Launcher
    /// Named with `--firecrest-system`; nil where there is only one.
    package var system: String?
    package var account: String
    package var user: ClusterUser
    /// The one that was asked for; nil where nothing will be submitted.
    package var partition: Partition?
    /// Holds the runs and `logs/`.
    package var directory: String

    /// Where a job of this product writes its output.
    package func log(_ id: JobID) -> String { "\(directory)/logs/\(id)/loadtest.out" }
}

extension ConfigurationFile {
    /// - Parameters:
    ///   - trace: receives a line for each call to FirecREST and each command of SLURM, for `--verbose`; without secrets.
    ///   - notice: receives what whoever waits should know: that the cluster asks to wait, that it does not answer.
    ///   - partition: checked; nil where nothing will be submitted.
    ///   - account: nil for the user's own.
    /// - Throws: ``SubmitError``, ``LauncherError``, ``FirecRESTError``.
    package func openCluster(
        system: String?, partition: String?, account: String?, environment: [String: String],
        trace: (@Sendable (String) -> Void)? = nil, notice: (@Sendable (String) -> Void)? = nil
    ) async throws -> OpenedCluster {
        let launcher = try await openLauncher(system: system, account: account, environment: environment, trace: trace, notice: notice)
        var chosen: Partition?
        if let partition {
            let known = try await launcher.partitions()
            chosen = known.first { $0.name == partition }
            guard chosen != nil else {
                throw SubmitError.usage(
                    "--partition: \"\(partition)\" does not exist; known are \(known.map(\.name).joined(separator: ", "))")
            }
        }
        let user = try await launcher.user()
        guard let account = account ?? user.defaultAccount else {
            throw SubmitError.usage("--account: is missing and you have no default one; pass it or set SML_ACCOUNT")
        }
        return OpenedCluster(
            launcher: launcher, system: self.launcher == .firecrest ? launcher.name : nil, account: account,
            user: user, partition: chosen, directory: user.runs)
    }

    /// A way to the cluster, not yet asked what only a submission needs.
    ///
    /// - Parameter account: charged with transfers of large files; nil for the user's own.
    /// - Throws: ``SubmitError``, ``LauncherError``, ``FirecRESTError``.
    package func openLauncher(
        system: String?, account: String? = nil, environment: [String: String], trace: (@Sendable (String) -> Void)? = nil,
        notice: (@Sendable (String) -> Void)? = nil
    ) async throws -> any Launcher {
        switch launcher {
        case .slurm:
            var slurm = SlurmLauncher(environment: environment, trace: trace)
            slurm.notice = notice
            return slurm
        case .firecrest: return try await FirecRESTLauncher(try await connect(environment, trace, notice), system: system, account: account)
        }
    }

    /// Names that `--firecrest-system` may have; empty with SLURM's commands.
    package func systems(environment: [String: String]) async throws -> [String] {
        guard launcher == .firecrest else { return [] }
        return try await connect(environment, nil, nil).client.read(.systems, FirecRESTSystem.list).map(\.name)
    }

    private func connect(
        _ environment: [String: String], _ trace: (@Sendable (String) -> Void)?, _ notice: (@Sendable (String) -> Void)?
    ) async throws -> FirecRESTConnection {
        try CertificateAuthorities(environment).check()
        if let firecrestURL { try ProxyRules(environment).check(firecrestURL) }
        return try await FirecRESTConnection(
            configuration: self, environment: environment, http: HTTPClient(environment: environment), trace: trace, notice: notice)
    }
}
