// Which proxy the load goes through, from the environment, with Go's (and so k6's) meaning: upper- and lower-case
// names, loopback never proxied. libcurl alone would ignore HTTP_PROXY and honour ALL_PROXY, so the choice is made
// here and libcurl is told.

import CLibcurl

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
    /// - Throws: ``GeneratorError/environment(_:)`` when the proxy is none; its value is not repeated, because it may
    ///   hold a password.
    init(scheme: String, host: String, environment: [String: String]) throws(GeneratorError) {
        func named(_ name: String) -> (name: String, value: String)? {
            [name, name.lowercased()].lazy.compactMap { name in environment[name].map { (name, $0) } }.first { !$0.1.isEmpty }
        }
        let found = Self.isLoopback(host) ? nil : named(scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY")
        if let found, !Self.isProxy(found.value) {
            throw .environment(
                "\(found.name): the value is not accepted; expected the URL of a proxy, \(Self.schemes.joined(separator: ", ")), "
                    + "such as http://proxy:3128")
        }
        proxy = found?.value ?? ""
        bypass = named("NO_PROXY")?.value ?? ""
    }

    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// As libcurl takes it apart; without a scheme it is an http proxy. No address is longer than 2 kB.
    private static func isProxy(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let url = curl_url() else { return false }
        defer { curl_url_cleanup(url) }
        let full = text.contains("://") ? text : "http://" + text
        guard schemes.contains(where: { full.lowercased().hasPrefix($0 + "://") }) else { return false }
        return curl_url_set(url, CURLUPART_URL, full, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
