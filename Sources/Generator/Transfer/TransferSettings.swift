// What all transfers of a run have in common, worked out once: header lines, trust, proxy, limits. A value without
// libcurl objects, so that it can be tested and shared; each shard turns it into its own header lists.

import Base
import CLibcurl
import Scenarios
import LibcurlClient

/// Settings of every transfer of a run.
package struct TransferSettings: Sendable {
    package var userAgent: String
    /// One store of authorities for all connections of the run.
    package let trust: TrustStore
    let target: RequestTarget
    let url: HTTPURL
    let proxies: ProxyRules
    /// The proxy of the plan's URL; nil for none. A redirect's may be another.
    let proxy: String?

    /// A black-holed SYN fails after this even when the request may take longer (k6's dialer: 30 s).
    static let connectTimeout: Duration = .seconds(30)

    /// - Throws: ``GeneratorError/plan(_:)`` when the URL is not absolute http or https,
    ///   ``GeneratorError/environment(_:)`` when authorities or a proxy are named that cannot be used.
    package init(target: RequestTarget, userAgent: String, environment: [String: String]) throws(GeneratorError) {
        guard let url = HTTPURL(target.url) else {
            throw .plan("server URL '\(target.url)': expected an absolute http:// or https:// URL")
        }
        self.target = target
        self.url = url
        self.userAgent = userAgent
        let authorities = CertificateAuthorities(environment)
        trust = TrustStore(authorities)
        if url.scheme == .https, let problem = authorities.problem {
            throw .environment("\(problem.variable): \(problem.text)")
        }
        proxies = ProxyRules(environment)
        do throws(ConfigurationError) {
            proxy = try proxies.proxy(for: url)
        } catch {
            throw .environment(error.description)
        }
        guard !target.connections.needsHTTP2 || url.scheme == .https || proxy == nil else {
            throw .plan("http_version: 2 over plain http is not possible through a proxy; take the server out of it with NO_PROXY")
        }
    }

    /// The version of HTTP as libcurl numbers it. HTTP/2 over plain http is spoken without asking: no LLM server upgrades.
    var libcurlVersion: Int {
        let connections = target.connections
        if connections.needsHTTP2, url.scheme == .http { return Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE) }
        return Int(connections.httpVersion == .http1 || !Transport.hasHTTP2 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)
    }

    /// A libcurl without HTTP/2 would not do.
    var mayNeedHTTP2: Bool {
        target.connections.needsHTTP2 || url.scheme == .https && target.connections.httpVersion == .automatic
    }

    /// Header lines in libcurl's list syntax. A line that ends in its colon takes a header of libcurl's out, one
    /// that ends in a semicolon sends it empty. k6 sends no `Accept`, no `Accept-Encoding` and no `Expect` (§3.4).
    func headerLines(authorized: Bool, hasBody: Bool) -> [String] {
        // The user agent is a line like any other, and not libcurl's option: 7.88 prints that one twice for each request,
        // byte by byte, 4,900 instructions of 80,000.
        var headers: [(name: String, line: String)] = [
            ("accept", "Accept:"), ("accept-encoding", "Accept-Encoding:"), ("expect", "Expect:"),
            ("user-agent", "User-Agent: \(userAgent)"),
        ]
        if hasBody { headers.append(("content-type", "Content-Type: application/json")) }
        if authorized, let key = target.apiKey, !key.isEmpty {
            headers.append(("authorization", "Authorization: Bearer \(key)"))
        }
        for header in target.headers {
            let name = header.name.lowercased()
            if !authorized, !HeaderTrust.travels(name) { continue }
            if !hasBody, name == "content-type" { continue }
            headers.removeAll { $0.name == name }
            headers.append((name, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"))
        }
        return headers.map(\.line)
    }
}
