// One exchange, seen from both sides on one clock.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Generator

enum PhaseTransport: String, CaseIterable, Sendable {
    case http1 = "HTTP/1.1", tls = "HTTP/1.1, TLS", http2 = "HTTP/2, TLS"
}

struct PhaseExchange {
    var transport: PhaseTransport
    var pace: ServerPace
    var bodyLength: Int
    var record: RunRecord
    var server: ServerStamps
    /// What nginx noted, where there is one.
    var noted: (read: Int, sent: Int)?
    /// CLOCK_MONOTONIC at the run's zero.
    var origin: Int64

    var sent: Int64 { origin + record.sent }
    /// All of the request is with the kernel.
    var written: Int64 { sent + record.sending }
    var firstByte: Int64 { origin + record.firstByte }
    var end: Int64 { origin + record.end }

    /// Sends one request whose prompt has `content` bytes to a server of this `pace`.
    static func run(
        _ transport: PhaseTransport, content: Int, pace: ServerPace, timeout: Duration = .seconds(60)
    ) async throws -> PhaseExchange {
        let server = try PhaseServer(pace)
        defer { server.stop() }
        var front: NginxBefore?
        if transport != .http1 {
            front = try await NginxBefore(backend: server.port, certificates: TestCertificates())
        }
        let text = String(repeating: "x", count: content)
        let run = try await RunHarness.run(
            RunHarness.plan(
                TransferTests.few(1), url: url(transport, server: server, front: front), gracefulStop: .seconds(60),
                timeout: timeout), content: text, environment: front?.authority ?? [:])
        let record = try #require(run.requests.first)
        #expect(run.requests.count == 1)
        if record.phase == .complete {
            #expect(record.status == 200 && record.flags.contains(.hasChoices))
            #expect(record.httpVersion == (transport == .http2 ? 20 : 11))
        }
        // The server notes it when the client has gone, nginx when it has answered.
        #expect(await eventually { server.seen.count >= 1 })
        if front != nil { #expect(await eventually { front?.noted.isEmpty == false }) }
        return PhaseExchange(
            transport: transport, pace: pace, bodyLength: try testCorpus(content: text).body(at: 0).count, record: record,
            server: try #require(server.seen.first), noted: front?.noted.first, origin: run.clock.origin)
    }

    static func url(_ transport: PhaseTransport, server: PhaseServer, front: NginxBefore?) -> String {
        switch transport {
        case .http1: server.url
        case .tls: "https://127.0.0.1:\(front?.tls ?? 0)/v1/chat/completions"
        case .http2: "https://127.0.0.1:\(front?.http2 ?? 0)/v1/chat/completions"
        }
    }
}
