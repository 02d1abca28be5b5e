// Connections that break, are refused or never come about, and answers that take too long.

import Foundation
import Generator
import Synchronization
import TestSupport

extension FaultRow {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    private static let short = FaultBench.Settings(timeout: "400ms")
    /// More than loopback's socket buffers take in, so that the rest is still to be written when the server acts.
    private static let huge = FaultBench.Settings(
        prompts: #"[{"label": "a", "content": "\#(String(repeating: "x", count: 12 << 20))"}]"#)

    static let connections: [FaultRow] = [
        .scripted("closed without an answer", golden: "L_fin", .broken(1000, "EOF", .wait), .close),
        .scripted("reset while waiting", golden: "L_reset", .broken(1220, "read: connection reset by peer", .wait), .reset),
        .scripted(
            "reset inside the body", golden: "L_truncrst", .broken(1220, "read: connection reset by peer", .receive),
            .send(head + "{"), .pause(milliseconds: 100), .reset),
        .scripted(
            "body shorter than announced", golden: "L_trunc", .broken(1000, "unexpected EOF", .receive), .send(head + #"{"a""#), .close),
        .scripted(
            "chunked body cut off", golden: "L_truncchunk", .broken(1000, "unexpected EOF", .receive),
            .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"), .close),
        .scripted("headers cut off", .broken(1000, "unexpected EOF", .receive), .send("HTTP/1.1 200 OK\r\nContent-Le"), .close),
        .scripted(
            "not HTTP", golden: "L_badhttp", k6: "the text quotes what came",
            .broken(1000, "malformed HTTP response", .receive), .send("junk junk\r\n\r\n"), .close),
        .scripted(
            "no number in the status line", k6: "the text quotes what came",
            .broken(1000, "malformed HTTP response", .receive), .send("HTTP/1.1 junk OK\r\n\r\n"), .close),
        .scripted(
            "two different lengths", k6: "the text names them", .broken(1000, "malformed HTTP response", .receive),
            .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), .close),
        .scripted(
            "a chunk without a size", k6: "the text says so", .broken(1000, "malformed HTTP response", .receive),
            .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"), .close),
        FaultRow(
            name: "reset while the request is being written", k6: "1220 with `write:`, or 1201",
            expected: .broken(1201, "write: broken pipe", .send),
            alternatives: [
                .broken(1220, "read: connection reset by peer", .send),
                .broken(1220, "write: connection reset by peer", .send),
            ]
        ) { bench in
            let server = try PlainServer(reading: 1000, answer: "")
            defer { server.stop() }
            return try await bench.load("http://127.0.0.1:\(server.port)", requests: 1, settings: huge)
        },
        FaultRow(
            name: "connection refused", expected: .broken(1212, "dial: connection refused", .connect)
        ) { bench in
            let port = try RefusingPort()
            return try await bench.load(port.base)
        },
        FaultRow(name: "unknown host", expected: .broken(1101, "lookup: no such host", .resolve)) {
            try await $0.load("http://no-such-host.invalid")
        },
        FaultRow(
            name: "unknown proxy", expected: .broken(1100, "lookup: proxy could not be resolved", .resolve)
        ) {
            try await $0.load(
                "http://server.invalid",
                settings: FaultBench.Settings(environment: ["HTTP_PROXY": "http://no-such-proxy.invalid:3128"]))
        },
        FaultRow(
            name: "connection closed while idle", expected: .answered(200, choices: true, note: "new connection, nothing sent twice"),
            check: { results, _ in
                results.count("sml", "connections", "opened") == 2
                    && results.count("sml", "connections", "transport_retries") == 0
                    ? "new connection, nothing sent twice" : "unexpected"
            },
            run: { bench in try await bench.scripted([.answer(good), .close]) }),
        FaultRow(
            name: "reused connection closed once the request was read",
            expected: .broken(1000, "EOF", .wait, note: "each second one; the server saw none twice"),
            isAffected: { $0.errorCode != 0 },
            check: { results, _ in
                let failed = results.requests.map { $0.errorCode != 0 }
                return failed.count > 3 && failed == failed.indices.map { $0 % 2 == 1 }
                    && results.count("sml", "connections", "transport_retries") == 0
                    ? "each second one; the server saw none twice" : "failed: \(failed)"
            },
            run: { bench in
                let first = FirstOnEachConnection()
                let server = try ScriptedServer {
                    first.isFirst($0.connection) ? [.pause(milliseconds: 100), .answer(good)] : [.close]
                }
                defer { server.stop() }
                let oneUser = #""executor": "constant-vus", "vus": 1, "duration": "1s""#
                return try await load(bench, server, oneUser) { server.requests.count == $0.requests.count }
            }),
        FaultRow(
            name: "bytes on an idle connection", k6: "the same; logged by Go",
            expected: .answered(200, choices: true, note: "each connection given up; the server saw every request"),
            check: { results, _ in
                let givenUp = results.count("sml", "connections", "given_up")
                return results.requests.count > 3 && (results.requests.count - 1...results.requests.count).contains(givenUp)
                    ? "each connection given up; the server saw every request" : "given up: \(givenUp)"
            },
            run: { bench in
                let server = try ScriptedServer { _ in
                    [.answer(good), .pause(milliseconds: 30), .answer(status: "408 Request Timeout", "")]
                }
                defer { server.stop() }
                // 200 ms apart: what comes while the next request is under way is its answer.
                let paced = #""executor": "constant-arrival-rate", "rate": 5, "duration": "1s", "preAllocatedVUs": 1, "maxVUs": 5"#
                return try await load(bench, server, paced) { server.requests.count == $0.requests.count }
            }),
    ]

    /// Throws unless `isTrue` of what the server saw.
    private static func load(
        _ bench: FaultBench, _ server: ScriptedServer, _ executor: String, isTrue: (Results) -> Bool
    ) async throws -> Results {
        let results = try await bench.load(server.base, settings: FaultBench.Settings(executor: executor))
        guard isTrue(results) else {
            throw Program.Failure(description: "the server saw \(server.requests.count) of \(results.requests.count)")
        }
        return results
    }

    static let slowness: [FaultRow] = [
        FaultRow(
            name: "no answer within the request timeout", golden: "L_hang",
            expected: .broken(1050, "request timeout", .wait), seconds: 0.4
        ) { try await $0.scripted([.pause(milliseconds: 1500), .close], settings: short) },
        FaultRow(
            name: "body stalls", golden: "L_stallbody", expected: .broken(1050, "request timeout", .receive), seconds: 0.4
        ) { try await $0.scripted([.send(head + "{"), .pause(milliseconds: 1500), .close], settings: short) },
        FaultRow(
            name: "slow loris: a header byte every 20 ms", expected: .broken(1050, "request timeout", .receive), seconds: 0.4
        ) {
            try await $0.scripted(
                [.drip("HTTP/1.1 200 OK\r\nX-Slow: \(String(repeating: "x", count: 200))", everyMilliseconds: 20)], settings: short)
        },
        FaultRow(
            name: "slow loris: a body byte every 20 ms", expected: .broken(1050, "request timeout", .receive), seconds: 0.4
        ) { try await $0.scripted([.send(head), .drip(String(repeating: "x", count: 100), everyMilliseconds: 20)], settings: short) },
        FaultRow(
            name: "connect not answered within the request timeout",
            expected: .broken(1050, "request timeout", .connect), seconds: 0.4
        ) { bench in
            let port = try SilentPort()
            return try await bench.load("http://127.0.0.1:\(port.port)", settings: short)
        },
        FaultRow(
            name: "connect not answered within 30 s", expected: .broken(1211, "dial: i/o timeout", .connect), seconds: 30
        ) { bench in
            let port = try SilentPort()
            return try await bench.load(
                "http://127.0.0.1:\(port.port)",
                settings: FaultBench.Settings(timeout: "40s", scenario: #", "gracefulStop": "50s""#))
        },
        FaultRow(
            name: "TLS handshake not answered within 30 s", k6: "1050 after the request timeout: no limit of its own",
            expected: .broken(1300, "tls: handshake timeout", .tls), seconds: 30
        ) { bench in
            // It waits for the end of a request's head that never comes.
            let server = try ScriptedServer { _ in [] }
            defer { server.stop() }
            return try await bench.load(
                "https://127.0.0.1:\(server.port)",
                settings: FaultBench.Settings(timeout: "40s", scenario: #", "gracefulStop": "50s""#))
        },
    ]
}

/// Knows which connections it has met.
private final class FirstOnEachConnection: Sendable {
    private let met = Mutex<Set<Int>>([])
    func isFirst(_ connection: Int) -> Bool { met.withLock { $0.insert(connection).inserted } }
}
