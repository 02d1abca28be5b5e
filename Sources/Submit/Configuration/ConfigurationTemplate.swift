// The tree `sml init` begins with where there is no file yet: names, order, defaults and option texts as SML's own.

import Base
import Scenarios

extension ConfigurationNode {
    /// Names of nodes that a run asks for.
    enum Name {
        static let launcher = "launcher"
        static let firecrestURL = "firecrest_url"
        static let firecrestTokenURI = "firecrest_token_uri"
        static let firecrestClientID = "firecrest_client_id"
        static let firecrestClientSecret = "firecrest_client_secret"
        static let clusterSSHHost = "cluster_ssh_host"
        static let apiKey = "swissai_research_api_key"
        /// Its name before 2026-08.
        static let oldAPIKey = "cscs_api_key"
        static let firecrestChain = "firecrest_launcher_configuration"
    }

    static let standardFirecrestURL = "https://api.cscs.ch/ml/firecrest/v2"
    static let standardTokenURI =
        "https://auth.cscs.ch/auth/realms/firecrest-clients/protocol/openid-connect/token"

    static var template: ConfigurationNode {
        func text(_ name: String, _ standard: String?) -> ConfigurationNode {
            ConfigurationNode(name: name, kind: .text(value: standard, standard: standard))
        }
        func password(_ name: String) -> ConfigurationNode {
            ConfigurationNode(name: name, kind: .password(value: nil))
        }
        func option(_ key: String, _ title: String, _ description: String) -> JSON.Member {
            .init(key, .array([.string(title), .string(description)]))
        }
        let launcher = ConfigurationNode(
            name: Name.launcher,
            kind: .options(
                value: nil,
                options: .object([
                    option("firecrest", "FirecREST", "You have FirecREST credentials for the cluster."),
                    option("slurm", "SLURM Commands", "You are on the cluster's login node."),
                ])))
        let firecrest = ConfigurationNode(
            name: Name.firecrestChain,
            kind: .chain([
                text(Name.firecrestURL, standardFirecrestURL), text(Name.firecrestTokenURI, standardTokenURI),
                password(Name.firecrestClientID), password(Name.firecrestClientSecret),
                text(Name.clusterSSHHost, nil),
            ]))
        return ConfigurationNode(
            name: "init_config",
            kind: .chain([
                ConfigurationNode(
                    name: "launcher_configuration",
                    kind: .branch(
                        head: launcher,
                        branches: [.init(key: "firecrest", node: firecrest), .init(key: "slurm", node: nil)])),
                password(Name.apiKey),
            ]))
    }
}
