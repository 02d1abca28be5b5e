// `http_version`, `connections`, `preconnect` and `tls_resumption`: how requests get their connections. Left out, a user has a
// connection of its own, made when its first request needs one, by whichever version of HTTP the server prefers: as k6.

import Base

/// How the requests of a plan are carried.
package struct ConnectionRule: Sendable, Equatable {
    /// Versions of HTTP, as a scenario writes them.
    package enum HTTPVersion: String, Sendable, CaseIterable {
        /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
        case automatic = "auto"
        case http1 = "1.1"
        /// And nothing else; over plain http without asking first (RFC 9113 §3.3).
        case http2 = "2"
    }

    /// Connections of the whole run; at most as many as descriptors that a process may have anywhere.
    package static let mostShared = 1_000_000
    package static let perUser = "per-user"

    package var httpVersion = HTTPVersion.automatic
    /// Users share so many connections over HTTP/2; nil: each has its own.
    package var shared: Int?
    /// Connections are made before the plan begins.
    package var preconnects = false
    /// A new connection takes up a TLS session of an earlier one.
    package var resumesTLS = false

    package init() {}

    /// HTTP/2 and nothing else.
    package var needsHTTP2: Bool { httpVersion == .http2 || shared != nil }

    /// As a scenario has them.
    package var members: [JSON.Member] {
        [
            .init("http_version", .string(httpVersion.rawValue)),
            .init("connections", shared.map { .int($0) } ?? .string(Self.perUser)),
            .init("preconnect", .bool(preconnects)),
            .init("tls_resumption", .bool(resumesTLS)),
        ]
    }

    /// What cannot be had together.
    ///
    /// - Returns: nil when it all can.
    func problem(isSecure: Bool) -> String? {
        guard let shared else { return nil }
        if httpVersion == .http1 {
            return "connections: \(shared) is not accepted with http_version 1.1, where a connection carries one request at a time; "
                + "leave it out for a connection per user, or set http_version: 2"
        }
        if !isSecure, httpVersion != .http2 {
            return "connections: \(shared) needs HTTP/2, which plain http does not agree on; set http_version: 2 if the server speaks it "
                + "without being asked, or leave it out for a connection per user"
        }
        return nil
    }
}

/// What a file says of them; nil is what the other place says.
struct ConnectionSettings {
    static let keys = ["http_version", "connections", "preconnect", "tls_resumption"]

    var httpVersion: ConnectionRule.HTTPVersion?
    /// The inner one is nil for a connection per user.
    var shared: Int??
    var preconnects: Bool?
    var resumesTLS: Bool?

    init(_ group: FieldGroup) throws(ConfigurationError) {
        httpVersion = try group["http_version"].map { (field) throws(ConfigurationError) in
            guard let version = Self.httpVersion(field.value) else { throw field.rejected(Self.acceptedVersions) }
            return version
        }
        shared = try group["connections"].map { (field) throws(ConfigurationError) -> Int? in
            if field.value == .string(ConnectionRule.perUser) { return nil }
            return try field.integer(1...ConnectionRule.mostShared, Self.acceptedConnections)
        }
        preconnects = try group["preconnect"]?.flag()
        resumesTLS = try group["tls_resumption"]?.flag()
    }

    static let acceptedVersions = "one of " + ConnectionRule.HTTPVersion.allCases.map(\.rawValue).joined(separator: ", ")
    static let acceptedConnections = "a whole number from 1 to \(ConnectionRule.mostShared), or \(ConnectionRule.perUser)"

    /// `2` and `1.1` are numbers where they stand without quotes.
    private static func httpVersion(_ value: JSON) -> ConnectionRule.HTTPVersion? {
        switch value {
        case .string(let text), .number(let text): ConnectionRule.HTTPVersion(rawValue: text)
        default: nil
        }
    }

    /// These, and where they say nothing `others`.
    func rule(over others: ConnectionSettings) -> ConnectionRule {
        var rule = ConnectionRule()
        rule.httpVersion = httpVersion ?? others.httpVersion ?? rule.httpVersion
        rule.shared = shared ?? others.shared ?? nil
        rule.preconnects = preconnects ?? others.preconnects ?? false
        rule.resumesTLS = resumesTLS ?? others.resumesTLS ?? false
        return rule
    }
}

extension OptionValue {
    /// What `--loadtest-http-version` takes.
    package static func httpVersion(_ text: String, option: String) throws(ConfigurationError) {
        guard ConnectionRule.HTTPVersion(rawValue: text) != nil else { throw rejected(text, option, ConnectionSettings.acceptedVersions) }
    }

    /// What `--loadtest-connections` takes.
    package static func connections(_ text: String, option: String) throws(ConfigurationError) {
        if text == ConnectionRule.perUser { return }
        guard text.first != "+", let count = Int(text), (1...ConnectionRule.mostShared).contains(count) else {
            throw rejected(text, option, ConnectionSettings.acceptedConnections)
        }
    }
}
