// Where a server is that a job will test, as far as its URL tells: what is asked of a loopback address is answered by
// whatever runs on the machine that asks, and in the job that is the node.

package enum ServerPlace {
    /// Whether `url` names the machine that uses it: `localhost`, 127.0.0.0/8, `::1`.
    package static func isLoopback(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        var host = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        let name = host.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost") || name == "::1" || name.hasPrefix("127.")
    }
}
