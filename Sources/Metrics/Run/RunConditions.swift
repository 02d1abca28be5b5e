// What decides a result without being part of the plan: the way to the server, what libcurl can do, the prompt that stands
// before all others, the variables of the environment. Two runs that differ for no visible reason differ here.

import Base

/// Circumstances of a run that are known when it starts. Holds no secret.
package struct RunConditions: Codable, Sendable, Equatable {
    /// A variable of the environment that we read.
    package struct Variable: Codable, Sendable, Equatable {
        package var name: String
        /// Nil where it may be secret or is long.
        package var value: String?
    }

    /// Proxy the load goes through, credentials masked; nil for none.
    package var proxy: String?
    /// Numeric addresses of the server, looked up before the run; empty when a proxy does that, or there was none.
    package var addresses: [String]
    /// As libcurl names them: `HTTP2`, `libz`, ….
    package var libcurlFeatures: [String]
    /// `sha256:` and the digest of the system prompt; nil for none.
    package var systemPromptDigest: String?
    /// Variables that shaped the run, by name.
    package var environment: [Variable]
    /// The generator's shards had real-time priority; nil for no.
    package var realtime: Bool?

    /// - Parameters:
    ///   - proxy: its URL as given.
    ///   - environment: of the process.
    package init(
        proxy: String? = nil, addresses: [String] = [], libcurlFeatures: [String] = [], systemPrompt: String? = nil,
        environment: [String: String] = [:]
    ) {
        self.proxy = proxy.map { Self.masked($0) }
        self.addresses = addresses
        self.libcurlFeatures = libcurlFeatures
        systemPromptDigest = systemPrompt.map { "sha256:" + SHA256.hexadecimal(of: Array($0.utf8)) }
        self.environment = ProcessVariables.shaping(environment).map { variable in
            let value =
                variable.isHarmless ? variable.value : Self.proxies.contains(variable.name.lowercased()) ? Self.masked(variable.value) : nil
            return Variable(name: variable.name, value: value)
        }
    }

    /// The way to the server, which is known last.
    package mutating func take(proxy: String?, addresses: [String]) {
        self.proxy = proxy.map { Self.masked($0) }
        self.addresses = addresses
    }

    private static let proxies: Set = ["http_proxy", "https_proxy"]

    private static func masked(_ proxy: String) -> String {
        Redactor.maskingCredentials(in: proxy.contains("://") ? proxy : "http://" + proxy)
    }
}
