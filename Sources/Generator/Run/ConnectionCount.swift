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
    /// Where users share connections; on the first kind only, as there is one with them.
    package var streams: StreamUse?
    /// Of a plan that makes connections before it begins; on the first kind only.
    package var preconnect: PreconnectCount?

    package init(
        address: String, httpVersion: String? = nil, tlsVersion: String? = nil, alpn: String? = nil, cipher: String? = nil, count: UInt64,
        streams: StreamUse? = nil, preconnect: PreconnectCount? = nil
    ) {
        self.address = address
        self.httpVersion = httpVersion
        self.tlsVersion = tlsVersion
        self.alpn = alpn
        self.cipher = cipher
        self.count = count
        self.streams = streams
        self.preconnect = preconnect
    }

    /// Those of several tasks together; nil for none.
    package static func merged(_ parts: [[ConnectionCount]]) -> [ConnectionCount]? {
        guard !parts.isEmpty else { return nil }
        var counts: [ConnectionKind: UInt64] = [:]
        for part in parts.joined() { counts[ConnectionKind(part), default: 0] += part.count }
        let streams = parts.joined().compactMap(\.streams), preconnects = parts.joined().compactMap(\.preconnect)
        return sorted(
            counts, streams: streams.isEmpty ? nil : streams.reduce(StreamUse()) { $0.merged(with: $1) },
            preconnect: preconnects.isEmpty ? nil : preconnects.reduce(PreconnectCount()) { $0.merged(with: $1) })
    }

    static func sorted(
        _ counts: [ConnectionKind: UInt64], streams: StreamUse?, preconnect: PreconnectCount?
    ) -> [ConnectionCount] {
        var all = counts.map { kind, count in
            ConnectionCount(
                address: kind.address, httpVersion: kind.httpVersion, tlsVersion: kind.tlsVersion, alpn: kind.alpn, cipher: kind.cipher,
                count: count)
        }
        .sorted { ($1.count, $0.address, $0.httpVersion ?? "") < ($0.count, $1.address, $1.httpVersion ?? "") }
        if all.isEmpty {
            // All that was to be made has failed.
            guard let preconnect else { return [] }
            all.append(ConnectionCount(address: "none", count: 0, preconnect: preconnect))
        }
        all[0].streams = streams
        all[0].preconnect = preconnect
        return all
    }
}

/// What became of streams on shared connections.
package struct StreamUse: Codable, Sendable, Equatable {
    /// The most that one connection had at once.
    package var most = 0
    /// The fewest that the server allowed on one, where requests waited for it; nil where none did.
    package var limit: Int?
    /// Requests that waited for a stream, or for their connection.
    package var waited: UInt64 = 0

    package init(most: Int = 0, limit: Int? = nil, waited: UInt64 = 0) {
        self.most = most
        self.limit = limit
        self.waited = waited
    }

    func merged(with other: StreamUse) -> StreamUse {
        StreamUse(
            most: max(most, other.most), limit: [limit, other.limit].compactMap(\.self).min(), waited: waited + other.waited)
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
    private let use = Mutex<StreamUse?>(nil)
    private let preconnects = Mutex<PreconnectCount?>(nil)
    private let mostStreams = Atomic<Int>(0)
    private let waits = Atomic<UInt64>(0)

    func add(_ kind: ConnectionKind) {
        counts.withLock { counts in
            var kind = kind
            if counts.count >= Self.mostKinds, counts[kind] == nil { kind.address = "other" }
            counts[kind, default: 0] += 1
        }
    }

    /// A shared connection has so many streams now.
    func streams(_ count: Int) {
        guard count > mostStreams.load(ordering: .relaxed) else { return }
        mostStreams.store(count, ordering: .relaxed)
        use.withLock { use in
            var sum = use ?? StreamUse()
            sum.most = max(sum.most, count)
            use = sum
        }
    }

    /// The server allows no more than so many.
    func met(limit: Int) {
        use.withLock { use in
            let known = use?.limit ?? .max
            use?.limit = min(known, limit)
        }
    }

    /// So many connections are to be made before the plan begins.
    func preconnects(_ count: Int) {
        preconnects.withLock { $0 = ($0 ?? PreconnectCount()).merged(with: PreconnectCount(asked: UInt64(count))) }
    }

    /// One of them is there, or has failed.
    func preconnected(_ failure: TransferFailure?) {
        preconnects.withLock {
            if let failure { $0?.failed[failure.text, default: 0] += 1 } else { $0?.ready += 1 }
        }
    }

    /// A request waits.
    func waited() { waits.wrappingAdd(1, ordering: .relaxed) }

    var all: [ConnectionCount] {
        var streams = use.withLock { $0 }
        streams?.waited = waits.load(ordering: .relaxed)
        return ConnectionCount.sorted(counts.withLock { $0 }, streams: streams, preconnect: preconnects.withLock { $0 })
    }
}
