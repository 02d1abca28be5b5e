// The single variables behind RemoteWriteConfiguration(environment:): their names, and one function per group of them.

import Base
import Scenarios

/// Access to the variables of one prefix, by the rest of their names.
struct RemoteWriteVariables {
    static let prefix = "K6_PROMETHEUS_RW_"
    private static let headerPrefix = "HEADERS_"
    private static let known = [
        "SERVER_URL", "PUSH_INTERVAL", "TREND_STATS", "TREND_AS_NATIVE_HISTOGRAM", "STALE_MARKERS", "USERNAME",
        "PASSWORD", "BEARER_TOKEN", "HTTP_HEADERS", "INSECURE_SKIP_TLS_VERIFY", "TLS_MINIMUM_VERSION",
        "CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_KEY", "SIGV4_REGION", "SIGV4_ACCESS_KEY", "SIGV4_SECRET_KEY",
    ]

    private let variables: [String: String]
    private let authorities: CertificateAuthorities

    init(_ environment: [String: String]) {
        var variables: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix(Self.prefix) {
            variables[String(name.dropFirst(Self.prefix.count))] = value
        }
        self.variables = variables
        authorities = CertificateAuthorities(environment)
    }

    subscript(name: String) -> String? { variables[name] }

    private func failure(_ name: String, _ problem: String) -> RemoteWriteConfigurationError {
        .init(Self.prefix + name, problem)
    }

    func rejectUnknown() throws(RemoteWriteConfigurationError) {
        for name in variables.keys.sorted() where !Self.known.contains(name) && !name.hasPrefix(Self.headerPrefix) {
            let names = (Self.known + [Self.headerPrefix + "<NAME>"]).joined(separator: ", ")
            throw failure(name, "unknown variable (known after \(Self.prefix): \(names))")
        }
    }

    /// The spellings of Go's strconv.ParseBool, which k6 uses.
    func flag(_ name: String) throws(RemoteWriteConfigurationError) -> Bool {
        switch variables[name] {
        case nil: return false
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        case let text?: throw failure(name, "'\(text)' is not a truth value (accepted: true, false, 1, 0, t, f)")
        }
    }

    func statistics(_ text: String) throws(RemoteWriteConfigurationError) -> [TrendStatistic] {
        var statistics: [TrendStatistic] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let statistic = TrendStatistic(word.trimmingBlanks()) else {
                throw failure(
                    "TREND_STATS",
                    "'\(word)' is not a statistic "
                        + "(accepted, separated by commas: min, avg, med, max, count, sum, p(N) with N from 0 to 100)")
            }
            if !statistics.contains(where: { $0.suffix == statistic.suffix }) { statistics.append(statistic) }
        }
        return statistics
    }

    func headers() throws(RemoteWriteConfigurationError) -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        func add(_ header: HTTPHeader, from variable: String) throws(RemoteWriteConfigurationError) {
            if let problem = header.problem { throw failure(variable, problem) }
            // The later one wins, as with k6's header map; names are compared as HTTP does.
            headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
            headers.append(header)
        }
        for entry in (variables.filled("HTTP_HEADERS") ?? "").split(separator: ",") {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw failure("HTTP_HEADERS", "an entry has not exactly one colon (accepted: Name:value,Name:value)")
            }
            try add(HTTPHeader(name: parts[0].trimmingBlanks(), value: parts[1].trimmingBlanks()), from: "HTTP_HEADERS")
        }
        for name in variables.keys.sorted() where name.hasPrefix(Self.headerPrefix) {
            let header = HTTPHeader(
                name: String(name.dropFirst(Self.headerPrefix.count)),
                value: Substring(variables[name] ?? "").trimmingBlanks())
            try add(header, from: name)
        }
        return headers
    }

    func authorization(
        inURL: ReceiverURL.Credentials?, headers: [HTTPHeader]
    ) throws(RemoteWriteConfigurationError) -> RemoteWriteConfiguration.Authorization {
        var found: [(RemoteWriteConfiguration.Authorization, place: String)] = []
        if let inURL {
            guard !inURL.user.utf8.contains(UInt8(ascii: ":")) else {
                throw failure("SERVER_URL", "the user has a colon, which basic authorization cannot carry")
            }
            found.append((.basic(user: inURL.user, password: inURL.password), "SERVER_URL"))
        }
        if let user = variables["USERNAME"], !user.isEmpty || variables.filled("PASSWORD") != nil {
            guard !user.utf8.contains(UInt8(ascii: ":")) else {
                throw failure("USERNAME", "has a colon, which basic authorization cannot carry")
            }
            found.append((.basic(user: user, password: variables["PASSWORD"] ?? ""), "USERNAME"))
        } else if variables.filled("PASSWORD") != nil {
            throw failure("PASSWORD", "is set without \(Self.prefix)USERNAME (accepted: both or none)")
        }
        if let token = variables.filled("BEARER_TOKEN") {
            guard HTTPHeader.isPrintable(token) else { throw failure("BEARER_TOKEN", "has a control character") }
            found.append((.bearer(token: token), "BEARER_TOKEN"))
        }
        switch (variables.filled("SIGV4_REGION"), variables.filled("SIGV4_ACCESS_KEY"), variables.filled("SIGV4_SECRET_KEY")) {
        case (nil, nil, nil): break
        case (let region?, let access?, let secret?):
            guard region.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: ":") && $0 < 0x7f }) else {
                throw failure("SIGV4_REGION", "'\(region)' is not a region (accepted: a name such as eu-central-1)")
            }
            found.append((.awsSignatureV4(region: region, accessKey: access, secretKey: secret), "SIGV4_REGION"))
        default:
            throw failure(
                "SIGV4_REGION",
                "SIGV4_REGION, SIGV4_ACCESS_KEY and SIGV4_SECRET_KEY go together (accepted: all three or none)")
        }
        if let header = headers.first(where: { $0.name.lowercased() == "authorization" }), let other = found.first {
            throw failure(other.place, "set together with a custom \(header.name) header (accepted: one authorization)")
        }
        if found.count > 1 {
            throw failure(
                found[1].place, "set together with \(Self.prefix)\(found[0].place) (accepted: one authorization)")
        }
        return found.first?.0 ?? .none
    }

    func tls() throws(RemoteWriteConfigurationError) -> RemoteWriteConfiguration.TLS {
        var tls = RemoteWriteConfiguration.TLS()
        tls.skipVerification = try flag("INSECURE_SKIP_TLS_VERIFY")
        if let text = variables.filled("TLS_MINIMUM_VERSION") {
            guard let version = RemoteWriteConfiguration.TLS.Version(rawValue: text) else {
                throw failure("TLS_MINIMUM_VERSION", "'\(text)' is not a TLS version (accepted: 1.2, 1.3)")
            }
            tls.minimumVersion = version
        }
        tls.clientCertificate = variables.filled("CLIENT_CERTIFICATE")
        tls.clientCertificateKey = variables.filled("CLIENT_CERTIFICATE_KEY")
        if (tls.clientCertificate == nil) != (tls.clientCertificateKey == nil) {
            throw failure(
                "CLIENT_CERTIFICATE",
                "CLIENT_CERTIFICATE and CLIENT_CERTIFICATE_KEY go together (accepted: both or none)")
        }
        tls.authorities = authorities
        return tls
    }
}

extension HTTPHeader {
    /// Headers that decide how the message is framed or where it goes; Go's client, and so k6, ignores them too.
    private static let refused = ["host", "content-length", "transfer-encoding", "connection", "expect"]

    /// Why this cannot be sent, or nil. Values are not repeated: they may be tokens.
    var problem: String? {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        if !isToken { return "a header name is empty or has a character HTTP does not allow" }
        if Self.refused.contains(name.lowercased()) { return "the header \(name) cannot be set" }
        return Self.isPrintable(value) ? nil : "the value of header \(name) has a control character"
    }

    static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
