// How `sml` itself asks servers: under its own name, trusting whom the environment says.

import HTTPClient
import Scenarios

extension HTTPClient {
    /// - Parameter environment: with `SSL_CERT_FILE`, which is not checked here.
    public convenience init(environment: [String: String]) {
        self.init(userAgent: "sml/\(Product.version)", authorityFile: CertificateAuthorities(environment).file)
    }
}
