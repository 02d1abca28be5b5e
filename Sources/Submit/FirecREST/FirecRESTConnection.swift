// From configuration and secrets to a cluster: the one place where the credentials of FirecREST are looked up.

import HTTPClient
import Base

/// A FirecREST as configured, not yet asked anything.
package struct FirecRESTConnection: Sendable {
    let client: FirecRESTClient

    /// - Parameters:
    ///   - trace: receives a line for each call, for `--verbose`; without secrets.
    ///   - notice: receives what whoever waits should know.
    ///   - isHasty: for a check: says what is wrong now, and waits for nothing.
    /// - Throws: ``SubmitError/notConfigured(_:)`` when the URL or the credentials are missing.
    package init(
        configuration: ConfigurationFile, environment: [String: String], http: HTTPClient,
        trace: (@Sendable (String) -> Void)? = nil, notice: (@Sendable (String) -> Void)? = nil, isHasty: Bool = false
    ) async throws {
        guard let url = configuration.firecrestURL else {
            throw SubmitError.notConfigured("\(configuration.path): firecrest_url: is missing; run 'sml init'")
        }
        client = FirecRESTClient(
            base: try FirecRESTURL.checked(url, option: "\(configuration.path): firecrest_url"),
            credentials: try await Self.credentials(configuration, environment), http: http,
            policy: isHasty ? .brief : RetryPolicy(), trace: trace, notice: notice)
    }

    /// The API key wins, as in SML.
    private static func credentials(
        _ configuration: ConfigurationFile, _ environment: [String: String]
    ) async throws -> FirecRESTCredentials {
        if let key = environment.filled("SML_FIRECREST_API_KEY") { return .apiKey(key) }
        guard let tokenURI = configuration.firecrestTokenURI else {
            throw SubmitError.notConfigured("\(configuration.path): firecrest_token_uri: is missing; run 'sml init'")
        }
        let secrets = Secrets(configuration: configuration, environment: environment)
        func needed(_ name: Secrets.Name) async throws -> String {
            guard let found = try await secrets.find(name) else {
                throw SubmitError.notConfigured("\(name.title): is missing; run 'sml init' or set \(name.variables[0])")
            }
            return found.value
        }
        return .client(
            id: try await needed(.firecrestClientID), secret: try await needed(.firecrestClientSecret),
            tokenURI: try FirecRESTURL.checked(tokenURI, option: "\(configuration.path): firecrest_token_uri"))
    }
}
