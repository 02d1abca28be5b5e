// What of this command's surroundings a run needs and its job does not have, because the job gets no environment: the
// certificate authorities that were trusted when the server's health was asked, and the proxies of a login node. It goes
// along in the run's files.

import Base

package struct CarriedSettings: Sendable, Equatable {
    /// For the generator.
    let variables: [String: String]
    let files: [StagedJob.File]
    /// One line each, for the user.
    package let warnings: [String]

    static let authorities = "authorities.pem"
    private static let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"]

    package static let none = CarriedSettings(variables: [:], files: [], warnings: [])

    private init(variables: [String: String], files: [StagedJob.File], warnings: [String]) {
        self.variables = variables
        self.files = files
        self.warnings = warnings
    }

    /// - Parameters:
    ///   - environment: this command's.
    ///   - isNear: this machine is one of the cluster, so that its proxies are the nodes' too.
    ///   - isHealthAskedHere: what this machine trusts by itself was found to be enough, so the nodes are to trust it too.
    ///   - urls: what the run connects to.
    /// - Throws: ``ConfigurationError`` (64) for a file of authorities that is none.
    package init(
        environment: [String: String], isNear: Bool, isHealthAskedHere: Bool, urls: [String]
    ) throws {
        var variables: [String: String] = [:]
        var files: [StagedJob.File] = []
        var warnings: [String] = []
        if isNear { variables = environment.filter { Self.proxies.contains($0.key) && !$0.value.isEmpty } }
        if urls.contains(where: { $0.lowercased().hasPrefix("https:") }) {
            let trust = CertificateAuthorities(environment)
            try trust.check()
            if let path = trust.file ?? (isNear && isHealthAskedHere ? trust.trustedFile : nil) {
                files = [StagedJob.File(name: Self.authorities, bytes: try Self.read(path))]
                variables["SSL_CERT_FILE"] = "\(JobMounts.work)/\(Self.authorities)"
            }
            // Some machines name their own, which holds what the bundle holds.
            if let directories = trust.directories, directories != CertificateAuthorities.systemFile.map({ PathText.parent(of: $0) }) {
                warnings.append(
                    "SSL_CERT_DIR \(directories): directories do not go along with a job; put its certificates into one file and name it with SSL_CERT_FILE"
                )
            }
        }
        self.init(variables: variables, files: files, warnings: warnings)
    }

    private static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        do {
            let bytes = try FileBytes(path: path, limit: PEMFile.sizeLimit)
            defer { bytes.release() }
            return Array(bytes.buffer)
        } catch {
            throw ConfigurationError(.usage, "\(path): the certificate authorities \(error.reason)")
        }
    }
}
