// Reads K6_PROMETHEUS_RW_* with k6's meaning (k6 §7.5), so that a job script written for k6 keeps working. Where k6
// would silently ignore something (an unknown variable, half of a certificate pair, basic authorization beside a
// bearer token) this is an error, because a run that pushes nothing is noticed hours later.

import Base
import Scenarios

/// A bad setting of remote write. One line; secrets are not repeated.
package struct RemoteWriteConfigurationError: CommandError, Equatable {
    /// k6 ends with this status for bad remote write settings.
    package var exitCode: Int32 { ExitStatus.remoteWrite.rawValue }

    package let variable: String
    package let description: String

    init(_ variable: String, _ problem: String) {
        self.variable = variable
        // One line, whatever the variable is called or holds.
        description = OneLine.escaped("\(variable): \(problem)")
    }
}

extension RemoteWriteConfigurationError {
    /// The same of what the user called `name`, if it is about `variable`.
    package func about(_ variable: String, called name: String) -> Self {
        self.variable == variable ? Self(name, String(description.dropFirst(variable.count + 2))) : self
    }
}

extension RemoteWriteConfiguration {
    /// The configuration of `environment`, or of `serverURL` if that is given, which then replaces the variable
    /// `K6_PROMETHEUS_RW_SERVER_URL`. `parseDuration` reads the duration grammar of the rest of the program (k6 §10:
    /// `1m30s`, a bare number is milliseconds) and returns nil for what it does not accept.
    package init(
        environment: [String: String], serverURL: String? = nil, parseDuration: (String) -> Duration?
    ) throws(RemoteWriteConfigurationError) {
        let variables = RemoteWriteVariables(environment)
        try variables.rejectUnknown()

        let urlName = RemoteWriteVariables.prefix + "SERVER_URL"
        let given = serverURL ?? variables["SERVER_URL"] ?? ReceiverURL.k6Default
        let parsed: (url: ReceiverURL, credentials: ReceiverURL.Credentials?)
        do {
            parsed = try ReceiverURL.parse(given)
        } catch {
            throw .init(urlName, "not a URL (accepted: http://host[:port]/path or https://host[:port]/path)")
        }
        self.init(receiver: parsed.url)

        if let text = variables["PUSH_INTERVAL"] {
            guard let interval = parseDuration(text), interval > .zero else {
                throw .init(
                    RemoteWriteVariables.prefix + "PUSH_INTERVAL",
                    "'\(text)' is not a push interval "
                        + "(accepted: a duration above zero such as 5s or 1m30s, up to 10000d, or milliseconds)")
            }
            pushInterval = interval
        }
        if let text = variables["TREND_STATS"], !text.isEmpty { trendStatistics = try variables.statistics(text) }
        trendAsNativeHistogram = try variables.flag("TREND_AS_NATIVE_HISTOGRAM")
        staleMarkers = try variables.flag("STALE_MARKERS")
        headers = try variables.headers()
        authorization = try variables.authorization(inURL: parsed.credentials, headers: headers)
        tls = try variables.tls()
    }

    /// Looks at the files that an encrypted connection needs, before anything is to be delivered.
    package func checkFiles() throws(RemoteWriteConfigurationError) {
        guard receiver.isEncrypted else { return }
        if let problem = tls.authorities.problem { throw .init(problem.variable, problem.text) }
        let files: [(variable: String, path: String?, kind: PEMFile.Kind)] = [
            ("CLIENT_CERTIFICATE", tls.clientCertificate, .certificate),
            ("CLIENT_CERTIFICATE_KEY", tls.clientCertificateKey, .key),
        ]
        for file in files {
            guard let path = file.path, let problem = PEMFile.problem(path, kind: file.kind) else { continue }
            throw .init(RemoteWriteVariables.prefix + file.variable, problem)
        }
    }
}
