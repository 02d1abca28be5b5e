// Which proxy the load goes through, from the environment, with Go's (and so k6's) meaning: upper- and lower-case
// names, loopback never proxied. libcurl alone would ignore HTTP_PROXY and honour ALL_PROXY, so the choice is made
// here and libcurl is told.

/// The proxy for one URL scheme, and the hosts that bypass it.
struct ProxyRule: Sendable, Equatable {
    /// Proxy URL; empty for a direct connection.
    var proxy: String
    /// libcurl's `NOPROXY` list.
    var bypass: String

    /// - Parameters:
    ///   - scheme: `http` or `https`.
    ///   - host: host of the target, without brackets.
    ///   - environment: process environment.
    init(scheme: String, host: String, environment: [String: String]) {
        func value(_ name: String) -> String {
            environment[name.lowercased()].flatMap { $0.isEmpty ? nil : $0 } ?? environment[name] ?? ""
        }
        proxy = Self.isLoopback(host) ? "" : value(scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY")
        bypass = value("NO_PROXY")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
