// Which proxy a request goes through, by the rules of Go's httpproxy, which are k6's, for everything that we send but series
// (those go past every proxy, as k6's do). libcurl's own rules differ: it does not read HTTP_PROXY, honours ALL_PROXY, and
// knows a `*` only alone. So the choice is made here for each URL and libcurl is told; it is a value, for tests and tables.

import Base

/// The proxies that the environment names, and what goes past them.
package struct ProxyRules: Sendable {
    /// A variable that names a proxy. Its value may hold a password.
    private struct Setting: Sendable {
        var name: String
        var value: String
    }

    private let http: Setting?
    private let https: Setting?
    /// The process answers a web server: a client's `Proxy:` header has then become HTTP_PROXY.
    private let isCGI: Bool
    private let exceptions: [ProxyException]

    /// - Parameter environment: with HTTP_PROXY, HTTPS_PROXY, NO_PROXY, or the same in small letters where the name in
    ///   capitals has no value, and REQUEST_METHOD.
    package init(_ environment: [String: String]) {
        func setting(_ name: String) -> Setting? {
            [name, name.lowercased()].lazy.compactMap { name in environment.filled(name).map { Setting(name: name, value: $0) } }.first
        }
        http = setting("HTTP_PROXY")
        https = setting("HTTPS_PROXY")
        isCGI = environment.filled("REQUEST_METHOD") != nil
        exceptions = ProxyException.list(setting("NO_PROXY")?.value ?? "")
    }

    /// - Returns: the proxy's URL as libcurl takes it; nil when `url` is reached without one.
    /// - Throws: ``ConfigurationError`` (64) when the proxy cannot be used. Its value is not repeated.
    package func proxy(for url: HTTPURL) throws(ConfigurationError) -> String? {
        guard let setting = url.scheme == .https ? https : http else { return nil }
        if isCGI, url.scheme == .http {
            throw ConfigurationError(
                .usage,
                "\(setting.name): is not used where REQUEST_METHOD is set, because a web server's client could have chosen it; "
                    + "unset one of the two")
        }
        guard !isException(url) else { return nil }
        guard let proxy = Self.usable(setting.value) else {
            throw ConfigurationError(
                .usage,
                "\(setting.name): the value is not accepted; expected the URL of a proxy, \(Self.schemes.joined(separator: ", ")), "
                    + "such as http://proxy:3128")
        }
        return proxy
    }

    /// For a start: says what would be wrong with every request.
    ///
    /// - Throws: as ``proxy(for:)``.
    package func check(_ url: String) throws(ConfigurationError) {
        if let url = HTTPURL(url) { _ = try proxy(for: url) }
    }

    private func isException(_ url: HTTPURL) -> Bool {
        let host = url.host.lowercased()
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return exceptions.contains { $0.matches(host, port: url.port, address: address) }
    }

    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// Without a scheme it is an http proxy. No address is longer than 2 kB.
    private static func usable(_ text: String) -> String? {
        guard text.utf8.count <= 2048 else { return nil }
        let full = text.contains("://") ? text : "http://" + text
        guard let mark = full.firstRange(of: "://"), schemes.contains(full[..<mark.lowerBound].lowercased()),
            HTTPURL("http" + full[mark.lowerBound...]) != nil
        else { return nil }
        // To Go, names are a SOCKS proxy's to look up; to libcurl, those of socks5 are ours.
        return full.lowercased().hasPrefix("socks5:") ? "socks5h" + full[mark.lowerBound...] : text
    }
}
