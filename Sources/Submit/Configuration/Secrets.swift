// Which secret a run uses, out of the places that may hold one. The environment wins, because automation sets it on
// purpose; then our own file, then the desktop keyring, then the file the Python `sml` left.

/// The secrets of a configuration. Found when asked for, never kept in a description.
package struct Secrets: Sendable {
    /// A secret by its node's name in the configuration file.
    package enum Name: String, Sendable, CaseIterable {
        case apiKey = "swissai_research_api_key"
        case firecrestClientID = "firecrest_client_id"
        case firecrestClientSecret = "firecrest_client_secret"

        /// Environment variables, the newest name first.
        package var variables: [String] {
            switch self {
            case .apiKey: APIKey.variables
            case .firecrestClientID: ["SML_FIRECREST_CLIENT_ID"]
            case .firecrestClientSecret: ["SML_FIRECREST_CLIENT_SECRET"]
            }
        }

        /// Under which names places may hold it: the key had another one before 2026-08.
        var keptAs: [String] {
            self == .apiKey ? [rawValue, ConfigurationNode.Name.oldAPIKey] : [rawValue]
        }

        package var title: String {
            switch self {
            case .apiKey: "API key"
            case .firecrestClientID: "FirecREST client id"
            case .firecrestClientSecret: "FirecREST client secret"
            }
        }
    }

    /// Every environment variable that may hold one, for keeping them from children.
    static let variables = Name.allCases.flatMap(\.variables) + ["SML_FIRECREST_API_KEY"]

    package struct Found: Sendable, Equatable {
        package var value: String
        /// Where it came from, for people.
        package var place: String
    }

    private let environment: [String: String]
    private let file: ConfigurationFile?
    private let stores: [any SecretStore]

    package init(configuration: ConfigurationFile?, environment: [String: String]) {
        self.environment = environment
        file = configuration
        stores = Self.stores(environment: environment)
    }

    static func stores(environment: [String: String]) -> [any SecretStore] {
        let own = FileSecrets(configurationDirectory: ConfigurationFile.directory(environment: environment))
        let keyring = DesktopKeyring(environment: environment)
        return [own] + (keyring.map { [$0] } ?? []) + [PythonKeyringFile(environment: environment)]
    }

    /// The secret, or nil when there is none and the configuration does not say that there should be.
    ///
    /// - Throws: ``SubmitError/notConfigured(_:)`` when the configuration says it is kept somewhere and no place has it.
    package func find(_ name: Name) async throws -> Found? {
        for variable in name.variables {
            guard let value = environment[variable], !value.isEmpty else { continue }
            return Found(value: name == .apiKey ? try APIKey.checked(value, from: variable) : value, place: variable)
        }
        if let file, let value = file.literalSecret(name.rawValue) {
            return Found(value: value, place: file.path)
        }
        var tried: [String] = []
        for store in stores {
            do {
                for keptAs in name.keptAs {
                    if let value = try await store.read(keptAs) { return Found(value: value, place: store.place) }
                }
                tried.append(store.place)
            } catch let error as SubmitError {
                // A keyring without its daemon must not hide what another place has.
                tried.append("\(store.place) (\(error))")
            }
        }
        guard let file, file.tree.value(name.rawValue) == ConfigurationFile.placeholder else { return nil }
        throw SubmitError.notConfigured(
            "\(name.title): not found in \(tried.joined(separator: ", ")); "
                + "run 'sml init' or set \(name.variables[0])")
    }

    /// Where each secret is kept, the environment aside; what cannot be read is not there.
    package func places() async -> [Name: String] {
        let kept = Secrets(
            configuration: file, environment: environment.filter { $0.key.hasPrefix("SML_CONFIG") || !$0.key.hasPrefix("SML_") })
        var places: [Name: String] = [:]
        for name in Name.allCases { places[name] = try? await kept.find(name)?.place }
        return places
    }
}
