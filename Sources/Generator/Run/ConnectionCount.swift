// Where the connections of a run went and what was spoken on them. A name with two addresses of which one is slow, a proxy
// nobody thought of, HTTP/2 on one side of a comparison only: each decides a result, and none shows in a latency.

import Synchronization

/// Connections that were alike.
package struct ConnectionCount: Codable, Sendable, Equatable {
    /// Numeric address and port of the other end: the server, or the proxy before it.
    package var address: String
    /// As k6's label `proto`, of the first answer; nil without one.
    package var httpVersion: String?
    /// As k6's label `tls_version`, what ALPN agreed on, and the cipher suite as OpenSSL calls it; nil without TLS.
    package var tlsVersion: String?
    package var alpn: String?
    package var cipher: String?
    package var count: UInt64

    package init(
        address: String, httpVersion: String? = nil, tlsVersion: String? = nil, alpn: String? = nil, cipher: String? = nil, count: UInt64
    ) {
        self.address = address
        self.httpVersion = httpVersion
        self.tlsVersion = tlsVersion
        self.alpn = alpn
        self.cipher = cipher
        self.count = count
    }

    /// Those of several tasks together; nil for none.
    package static func merged(_ parts: [[ConnectionCount]]) -> [ConnectionCount]? {
        guard !parts.isEmpty else { return nil }
        var counts: [ConnectionKind: UInt64] = [:]
        for part in parts.joined() { counts[ConnectionKind(part), default: 0] += part.count }
        return sorted(counts)
    }

    static func sorted(_ counts: [ConnectionKind: UInt64]) -> [ConnectionCount] {
        counts.map { kind, count in
            ConnectionCount(
                address: kind.address, httpVersion: kind.httpVersion, tlsVersion: kind.tlsVersion, alpn: kind.alpn, cipher: kind.cipher,
                count: count)
        }
        .sorted { ($1.count, $0.address, $0.httpVersion ?? "") < ($0.count, $1.address, $1.httpVersion ?? "") }
    }
}

/// What makes connections alike.
struct ConnectionKind: Hashable, Sendable {
    var address: String
    var httpVersion: String?
    var tlsVersion: String?
    var alpn: String?
    var cipher: String?

    init(address: String, httpVersion: UInt8, tls: TLSFacts?) {
        self.address = address
        self.httpVersion = httpVersion == 0 ? nil : "HTTP/\(httpVersion / 10).\(httpVersion % 10)"
        tlsVersion = tls.flatMap { $0.version == 0 ? nil : "tls\($0.version / 10).\($0.version % 10)" }
        alpn = tls?.alpn
        cipher = tls?.cipher
    }

    init(_ count: ConnectionCount) {
        address = count.address
        httpVersion = count.httpVersion
        tlsVersion = count.tlsVersion
        alpn = count.alpn
        cipher = count.cipher
    }
}

/// The connections of a run, counted as they are used for the first time: once for each, so a lock costs nothing.
final class ConnectionLog: Sendable {
    /// A server behind a redirect may have any number of addresses.
    private static let mostKinds = 1000
    private let counts = Mutex<[ConnectionKind: UInt64]>([:])

    func add(_ kind: ConnectionKind) {
        counts.withLock { counts in
            var kind = kind
            if counts.count >= Self.mostKinds, counts[kind] == nil { kind.address = "other" }
            counts[kind, default: 0] += 1
        }
    }

    var all: [ConnectionCount] { ConnectionCount.sorted(counts.withLock { $0 }) }
}
