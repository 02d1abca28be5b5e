// SSL_CERT_FILE and SSL_CERT_DIR, as OpenSSL's and Go's programs read them: whom to trust instead of the system's
// authorities; and where the system has those, because libcurl knows only its own distribution's place. Checked before the first request, because a file that is not there would otherwise be a million failed
// requests.

import Glibc

/// The authorities that the environment names.
package struct CertificateAuthorities: Sendable, Equatable {
    /// An empty name is none.
    package var file: String?
    /// One or several with a colon between them.
    package var directories: String?

    package init(_ environment: [String: String]) {
        file = environment.filled("SSL_CERT_FILE")
        directories = environment.filled("SSL_CERT_DIR")
    }

    /// The PEM file to trust: the named one, or the system's.
    package var trustedFile: String? { file ?? Self.systemFile }

    /// Where distributions keep their bundle; the first that is there.
    static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    package static let systemFile = systemFiles.first { access($0, R_OK) == 0 }

    /// Why no TLS connection can be made with them; nil when one can.
    package var problem: (variable: String, text: String)? {
        if let text = file.flatMap({ PEMFile.problem($0, kind: .certificate) }) { return ("SSL_CERT_FILE", text) }
        guard let directories else { return nil }
        let isThere = directories.split(separator: ":").contains { path in
            var status = stat()
            return stat(String(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        }
        return isThere ? nil : ("SSL_CERT_DIR", "\(directories): is not a directory")
    }

    /// - Throws: ``ConfigurationError`` (64) with the problem.
    package func check() throws(ConfigurationError) {
        if let problem { throw ConfigurationError(.usage, "\(problem.variable): \(problem.text)") }
    }
}
