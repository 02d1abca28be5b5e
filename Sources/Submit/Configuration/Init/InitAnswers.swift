// What `sml init` is to write, out of flags, environment, the answers of a person, and what is there already. Without
// a person everything must come from the rest; nothing is guessed.

import Base
import Scenarios

/// Input of `sml init` that is no secret.
package struct InitFlags: Sendable {
    package var launcher: String?
    package var firecrestURL: String?
    package var firecrestTokenURI: String?
    package var clusterSSHHost: String?

    package init(
        launcher: String? = nil, firecrestURL: String? = nil, firecrestTokenURI: String? = nil,
        clusterSSHHost: String? = nil
    ) {
        self.launcher = launcher
        self.firecrestURL = firecrestURL
        self.firecrestTokenURI = firecrestTokenURI
        self.clusterSSHHost = clusterSSHHost
    }
}

/// A configuration ready to be written, and the secrets that are new.
package struct InitAnswers: Sendable {
    package private(set) var file: ConfigurationFile
    private(set) var secrets: [Secrets.Name: String] = [:]

    /// - Parameters:
    ///   - existing: where each secret is now, by name; one that is there need not be given again.
    ///   - questioner: nil without a terminal.
    /// - Throws: ``SubmitError/usage(_:)`` for a missing or wrong value; what the questioner throws.
    package init(
        flags: InitFlags, environment: [String: String], previous: ConfigurationFile?,
        existing: [Secrets.Name: String], questioner: (any Questioner)?
    ) throws {
        var file = previous ?? .empty(environment: environment)
        var secrets: [Secrets.Name: String] = [:]
        let launcher = try Self.launcher(flags, previous, questioner)
        file.tree.set(ConfigurationNode.Name.launcher, launcher.rawValue)

        func text(_ node: String, _ flag: String?, _ question: String, standard: String?) throws -> String? {
            let proposal = file.tree.value(node).flatMap { $0.isEmpty ? nil : $0 } ?? standard
            let answer = try flag ?? questioner?.text(question, standard: proposal) ?? proposal
            return answer.flatMap { $0.isEmpty ? nil : $0 }
        }
        func secret(_ name: Secrets.Name, isRequired: Bool) throws {
            if let value = name.variables.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) {
                secrets[name] = value
            } else if let questioner {
                let hint = existing[name].map { " (empty keeps the one in \($0))" } ?? (isRequired ? "" : " (empty for none)")
                var answer = ""
                repeat {
                    answer = try questioner.secret(name.title + hint)
                } while answer.isEmpty && isRequired && existing[name] == nil
                if !answer.isEmpty { secrets[name] = answer }
            } else if existing[name] == nil, isRequired {
                throw SubmitError.usage("\(name.title): is missing; set \(name.variables[0])")
            }
        }

        if launcher == .firecrest {
            let url = try text(
                ConfigurationNode.Name.firecrestURL, flags.firecrestURL, "FirecREST URL",
                standard: ConfigurationNode.standardFirecrestURL)
            file.tree.set(
                ConfigurationNode.Name.firecrestURL, try FirecRESTURL.checked(url, option: "--firecrest-url"))
            let tokenURI = try text(
                ConfigurationNode.Name.firecrestTokenURI, flags.firecrestTokenURI, "FirecREST token URI",
                standard: ConfigurationNode.standardTokenURI)
            file.tree.set(
                ConfigurationNode.Name.firecrestTokenURI,
                try FirecRESTURL.checked(tokenURI, option: "--firecrest-token-uri"))
            // An API key for FirecREST replaces both; it is only ever read from the environment.
            let isKeyed = environment.filled("SML_FIRECREST_API_KEY") != nil
            if !isKeyed {
                try secret(.firecrestClientID, isRequired: true)
                try secret(.firecrestClientSecret, isRequired: true)
            }
            let host = environment.filled("SML_CLUSTER_SSH_HOST")
            file.tree.set(
                ConfigurationNode.Name.clusterSSHHost,
                try text(
                    ConfigurationNode.Name.clusterSSHHost, flags.clusterSSHHost ?? host,
                    "SSH host of the cluster (empty for none)", standard: nil))
        }
        try secret(.apiKey, isRequired: false)
        self.file = file
        self.secrets = secrets
    }

    private static func launcher(
        _ flags: InitFlags, _ previous: ConfigurationFile?, _ questioner: (any Questioner)?
    ) throws -> ConfigurationFile.LauncherKind {
        let accepted = ConfigurationFile.LauncherKind.allCases.map(\.rawValue).joined(separator: " or ")
        if let text = flags.launcher {
            guard let launcher = ConfigurationFile.LauncherKind(rawValue: text) else {
                throw SubmitError.usage("--launcher: \"\(text)\" is not accepted; expected \(accepted)")
            }
            return launcher
        }
        let choices = [
            (key: "firecrest", title: "FirecREST, from anywhere, with client credentials"),
            (key: "slurm", title: "SLURM commands, on the cluster's login node"),
        ]
        let text = try questioner?.choice("How are jobs submitted?", among: choices, standard: previous?.launcher.rawValue)
        guard let launcher = text.flatMap(ConfigurationFile.LauncherKind.init) ?? previous?.launcher else {
            throw SubmitError.usage("--launcher: is missing; expected \(accepted)")
        }
        return launcher
    }
}
