// Everything remote write needs to know, as a checked value: where to push, how to authenticate, how often, and how
// long to wait. Secrets live in here and nowhere else; the description of every type in this file leaves them out.

import Base

/// Where and how series are pushed. Defaults are k6's (k6 §7.5) except where its documentation here says otherwise.
package struct RemoteWriteConfiguration: Sendable {
    package var receiver: ReceiverURL
    /// Time between pushes.
    package var pushInterval: Duration = .seconds(5)
    /// Which statistics of a trend become series, in the order given.
    package var trendStatistics: [TrendStatistic] = TrendStatistic.k6Default
    /// One native histogram per trend instead of one series per statistic.
    package var trendAsNativeHistogram = false
    /// After the last push, mark every series as ended.
    package var staleMarkers = false
    package var authorization: Authorization = .none
    /// Sent besides our own headers; a header we send ourselves cannot be replaced, as in k6.
    package var headers: [HTTPHeader] = []
    package var tls = TLS()
    package var userAgent = "sml-loadgen"
    package var delivery = DeliveryPolicy()

    package init(receiver: ReceiverURL) { self.receiver = receiver }

    /// How a push proves who it is. Basic authorization and custom headers go together; k6 drops the former when one
    /// of the latter is set.
    package enum Authorization: Sendable, Equatable {
        case none
        case basic(user: String, password: String)
        case bearer(token: String)
        /// AWS signature version 4 for the service `aps` (Amazon Managed Prometheus).
        case awsSignatureV4(region: String, accessKey: String, secretKey: String)
    }

    package struct TLS: Sendable, Equatable {
        package enum Version: String, Sendable, CaseIterable {
            case v1_2 = "1.2"
            case v1_3 = "1.3"
        }

        /// k6 insists on 1.3 unless told otherwise and then fails against receivers that only speak 1.2.
        package var minimumVersion = Version.v1_2
        /// Accept any certificate.
        package var skipVerification = false
        /// Paths of PEM files, both or none.
        package var clientCertificate: String?
        package var clientCertificateKey: String?
        /// Certificate authorities instead of the system's, which libcurl as a library does not read by itself (its
        /// command line tool and k6 do).
        package var authorities = CertificateAuthorities([:])

        package init() {}
    }
}

/// A header of a push.
package struct HTTPHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension RemoteWriteConfiguration: CustomStringConvertible {
    /// Receiver, rhythm and kind of authorization; no secrets.
    package var description: String { "\(receiver) every \(pushInterval), \(authorization)" }

    /// What must never appear in a message, even if the receiver's answer repeats it.
    var secrets: [String] {
        // Shorter values (a tenant number, `1`) are no secrets and would blank out half of every message.
        let possible = (headers.map(\.value) + receiver.queryValues).filter { $0.utf8.count >= 6 }
        switch authorization {
        case .none: return possible
        case .basic(let user, let password):
            let pair = Base64.encode(Array("\(user):\(password)".utf8))
            return possible + [pair, password]
        case .bearer(let token): return possible + [token]
        case .awsSignatureV4(_, let accessKey, let secretKey): return possible + [secretKey, accessKey]
        }
    }
}

extension HTTPHeader: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name only: values of custom headers are usually tokens.
    package var description: String { "\(name): ****" }
    package var debugDescription: String { description }
}

extension RemoteWriteConfiguration: CustomDebugStringConvertible {
    package var debugDescription: String { description }
}

extension RemoteWriteConfiguration.Authorization: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .none: "no authorization"
        case .basic: "basic authorization"
        case .bearer: "bearer token"
        case .awsSignatureV4(let region, _, _): "AWS signature in \(region)"
        }
    }

    package var debugDescription: String { description }
}
