// `config.yml` as a file: where it is, how it is read, how it is replaced. It holds no secret of ours, but it may hold
// one somebody typed in, so it is never shown whole.

import ScenarioFiles
import Base
import Scenarios

/// The configuration of `sml` on this machine, in the format of SML.
package struct ConfigurationFile: Sendable, Equatable {
    /// How jobs are submitted.
    package enum LauncherKind: String, Sendable, CaseIterable {
        case firecrest, slurm
    }

    /// Stands in the file for a secret that is kept elsewhere; SML's word.
    static let placeholder = "__keyring__"

    var tree: ConfigurationNode
    package let path: String

    /// `$SML_CONFIG_DIR`, or `~/.sml`.
    package static func directory(environment: [String: String]) -> String {
        environment.filled("SML_CONFIG_DIR") ?? (environment.filled("HOME") ?? LoginUser.home) + "/.sml"
    }

    package static func path(environment: [String: String]) -> String { directory(environment: environment) + "/config.yml" }

    /// What a command that needs a configuration begins with.
    ///
    /// - Throws: ``SubmitError/notConfigured(_:)`` when the file is missing or wrong, naming the place.
    package static func load(environment: [String: String]) throws -> ConfigurationFile {
        guard let file = try loadIfPresent(environment: environment) else {
            throw SubmitError.notConfigured(
                "\(path(environment: environment)): is missing; run 'sml init' first")
        }
        return file
    }

    package static func loadIfPresent(environment: [String: String]) throws -> ConfigurationFile? {
        let path = path(environment: environment)
        guard FileLook.isThere(path) else { return nil }
        do {
            // It says where credentials are sent.
            try FileTrust.require(path)
            var tree = try ConfigurationNode(try YAMLFile.read(path))
            tree.migrate()
            let file = ConfigurationFile(tree: tree, path: path)
            try file.check()
            return file
        } catch let error as NodeError {
            throw SubmitError.notConfigured("\(path): \(error)")
        } catch let error as ConfigurationError {
            throw SubmitError.notConfigured(error.description)
        }
    }

    /// A new one, nothing answered but the defaults.
    static func empty(environment: [String: String]) -> ConfigurationFile {
        ConfigurationFile(tree: .template, path: path(environment: environment))
    }

    private func check() throws(NodeError) {
        let accepted = LauncherKind.allCases.map(\.rawValue).joined(separator: " or ")
        guard let text = tree.value(ConfigurationNode.Name.launcher) else {
            throw NodeError(path: ConfigurationNode.Name.launcher, reason: "is missing; expected \(accepted)")
        }
        guard LauncherKind(rawValue: text) != nil else {
            throw NodeError(
                path: ConfigurationNode.Name.launcher,
                reason: "\(JSON.string(text).shown) is not accepted; expected \(accepted)")
        }
    }

    /// Replaces the file, mode 0644 as SML's, in a directory that is made if need be.
    func save() throws {
        let directory = PathText.parent(of: path)
        try Directories.make(directory)
        try WholeFile.write(Array(YAMLFile.text(tree.configValue).utf8), to: path)
    }
}

extension ConfigurationFile {
    package var launcher: LauncherKind {
        // Checked when read; a new file has none until it is set.
        tree.value(ConfigurationNode.Name.launcher).flatMap(LauncherKind.init) ?? .slurm
    }

    package var firecrestURL: String? { filled(ConfigurationNode.Name.firecrestURL) }
    package var firecrestTokenURI: String? { filled(ConfigurationNode.Name.firecrestTokenURI) }
    package var clusterSSHHost: String? { filled(ConfigurationNode.Name.clusterSSHHost) }

    private func filled(_ name: String) -> String? { tree.value(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// A secret somebody wrote into the file instead of the placeholder; SML reads such files.
    func literalSecret(_ name: String) -> String? {
        filled(name).flatMap { $0 == Self.placeholder ? nil : $0 }
    }
}

extension ConfigurationNode {
    /// Older files: the key's former name, and no node for the SSH host.
    mutating func migrate() {
        if !holds(Name.apiKey) { rename(Name.oldAPIKey, to: Name.apiKey) }
        guard holds(Name.firecrestChain), !holds(Name.clusterSSHHost) else { return }
        change(Name.firecrestChain) { node in
            guard case .chain(let nodes) = node.kind else { return }
            let host = ConfigurationNode(name: Name.clusterSSHHost, kind: .text(value: nil, standard: nil))
            node.kind = .chain(nodes + [host])
        }
    }
}
