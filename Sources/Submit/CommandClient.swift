// How `sml` itself asks servers: under its own name, trusting whom the environment says.

import HTTPClient
import Base
import LibcurlClient

extension HTTPClient {
    /// - Parameter environment: with `SSL_CERT_FILE` and `SSL_CERT_DIR`, which are not checked here.
    package convenience init(environment: [String: String]) {
        self.init(userAgent: "sml/\(Product.version)", trust: TrustStore(CertificateAuthorities(environment)))
    }
}
