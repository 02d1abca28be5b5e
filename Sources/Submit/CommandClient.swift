// How `sml` itself asks servers: under its own name, trusting whom the environment says.

import HTTPClient
import Base
import LibcurlClient

extension HTTPClient {
    /// - Parameter environment: with authorities (`SSL_CERT_FILE`, `SSL_CERT_DIR`) and proxies, which are not checked here.
    package convenience init(environment: [String: String]) {
        self.init(
            userAgent: "sml/\(Product.version)", trust: TrustStore(CertificateAuthorities(environment)), proxies: ProxyRules(environment))
    }

    /// Says before the first of many requests to `url` what would be wrong with each of them.
    ///
    /// - Throws: ``ConfigurationError`` (64) for authorities or a proxy that cannot be used.
    package static func check(_ url: String, environment: [String: String]) throws(ConfigurationError) {
        if url.lowercased().hasPrefix("https:") { try CertificateAuthorities(environment).check() }
        try ProxyRules(environment).check(url)
    }
}
