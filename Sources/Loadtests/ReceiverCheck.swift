// The receiver's settings read as the generator will read them, before anything is submitted: there a wrong one ends the
// job with 255 after its time in the queue.

import Base
import RemoteWrite
import Scenarios
import Submit

extension ClusterSettings {
    /// The receiver's URL; nil where nothing is pushed.
    ///
    /// - Throws: `RemoteWriteConfigurationError` (255), ``SubmitError/usage(_:)`` for a certificate that the job cannot see.
    func receiver(_ environment: [String: String]) throws -> String? {
        let variable = "K6_PROMETHEUS_RW_SERVER_URL"
        guard let url = remoteWrite.generatorEnvironment[variable], !url.isEmpty else { return nil }
        let configuration: RemoteWriteConfiguration
        do {
            configuration = try RemoteWriteConfiguration(
                environment: remoteWrite.variables(environment), parseDuration: { DurationGrammar.parse($0)?.duration })
        } catch {
            throw error.about(variable, called: remoteWrite.origin)
        }
        for (name, file) in [
            ("CLIENT_CERTIFICATE", configuration.tls.clientCertificate), ("CLIENT_CERTIFICATE_KEY", configuration.tls.clientCertificateKey),
        ] {
            guard let file, let directory = try mountedDirectory, !file.hasPrefix(directory + "/") else { continue }
            throw SubmitError.usage(
                "K6_PROMETHEUS_RW_\(name) \(file): the job's container does not see it; expected a file under \(directory), as the corpus is"
            )
        }
        return url
    }
}
