// TLS that fails, and HTTP/2 that fails in its own ways: OpenSSL's own server with frames written by hand behind it, and
// nginx.

import Foundation
import Generator
import TestSupport

extension FaultRow {
    static let tls: [FaultRow] = [
        FaultRow(name: "unknown authority", expected: .broken(1310, "x509: unknown authority", .tls)) { bench in
            try await withHTTP2(.answer, bench) { try await bench.load($0.url) }
        },
        FaultRow(
            name: "certificate for another name", expected: .broken(1311, "x509: certificate doesn't match hostname", .tls)
        ) { bench in
            try await withHTTP2(.answer, bench) {
                try await bench.load(
                    "https://127.0.0.1:\($0.port)", settings: FaultBench.Settings(environment: $0.authority))
            }
        },
        FaultRow(
            name: "certificate with a common name only", k6: "`x509: certificate doesn't match hostname`",
            expected: .broken(
                1311, "x509: certificate doesn't match hostname: no subject alternative name, only a common name", .tls)
        ) { bench in
            try await withHTTP2(.answer, bench, namesHost: false) {
                try await bench.load($0.url, settings: FaultBench.Settings(environment: $0.authority))
            }
        },
        // Of TLS 1.3 the alert comes behind the handshake, and a reset may overtake it.
        FaultRow(
            name: "client certificate demanded", expected: .broken(1010, "remote error: tls: handshake failure", .tls)
        ) { bench in
            try await withHTTP2(.answer, bench, options: ["-Verify", "1", "-tls1_2"]) {
                try await bench.load($0.url, settings: FaultBench.Settings(environment: $0.authority))
            }
        },
        FaultRow(
            name: "https to a plain http port",
            expected: .broken(1301, "tls: first record does not look like a TLS handshake", .tls)
        ) { bench in
            let server = try PlainServer()
            defer { server.stop() }
            return try await bench.load("https://127.0.0.1:\(server.port)")
        },
        FaultRow(
            name: "http to nginx's https port", k6: "server dependent",
            expected: .answered(400)
        ) { bench in
            let front = try await NginxFront.start()
            let results = try await bench.load("http://localhost:\(front.http1)")
            _ = try await front.stop()
            return results
        },
        FaultRow(name: "closed inside the handshake", k6: "`EOF`", expected: .broken(1000, "EOF", .tls)) { bench in
            let server = try PlainServer(answer: "")
            defer { server.stop() }
            return try await bench.load("https://127.0.0.1:\(server.port)")
        },
    ]

    private static func http2(
        _ name: String, _ reaction: HTTP2Server.Reaction, k6: String = "", _ expected: FaultView
    ) -> FaultRow {
        FaultRow(name: name, k6: k6, expected: expected) { bench in
            try await withHTTP2(reaction, bench) {
                try await bench.load(
                    $0.url, requests: 1, settings: FaultBench.Settings(timeout: "5s", environment: $0.authority))
            }
        }
    }

    static let http2: [FaultRow] = [
        http2(
            "good answer over HTTP/2", .answer,
            .answered(200, choices: true, content: "without_content, without_prompt_tokens, without_usage")),
        http2("stream reset, NO_ERROR", .resetStream(0), .broken(1631, "http2: stream error with http2 ErrCode NO_ERROR", .wait)),
        http2(
            "stream reset, PROTOCOL_ERROR", .resetStream(1), .broken(1632, "http2: stream error with http2 ErrCode PROTOCOL_ERROR", .wait)),
        http2(
            "stream reset, INTERNAL_ERROR", .resetStream(2), .broken(1633, "http2: stream error with http2 ErrCode INTERNAL_ERROR", .wait)),
        http2("stream reset, CANCEL", .resetStream(8), .broken(1639, "http2: stream error with http2 ErrCode CANCEL", .wait)),
        http2(
            "stream reset, ENHANCE_YOUR_CALM", .resetStream(11),
            .broken(1642, "http2: stream error with http2 ErrCode ENHANCE_YOUR_CALM", .wait)),
        http2(
            "stream reset inside the body", .resetInBody(2),
            .broken(1633, "http2: stream error with http2 ErrCode INTERNAL_ERROR", .receive)),
        http2(
            "stream refused (REFUSED_STREAM)", .resetStream(7),
            .broken(1638, "http2: stream error with http2 ErrCode REFUSED_STREAM", .wait)),
        http2("GOAWAY before the answer", .goAway(11), .broken(1622, "http2: GOAWAY with http2 ErrCode ENHANCE_YOUR_CALM", .wait)),
        http2(
            "a frame that is not allowed", .forbiddenFrame, k6: "1652 `… ErrCode PROTOCOL_ERROR`",
            .broken(1650, "http2: connection error: the server broke the protocol", .wait)),
        http2(
            "CONTINUATION frames without end", .continuations,
            .broken(1652, "http2: connection error with http2 ErrCode PROTOCOL_ERROR: too many CONTINUATION frames", .wait)),
        http2(
            "40 MB of headers out of 14 kB (HPACK)", .headerBomb, .broken(1000, "http2: response headers over the limit", .wait)),
        http2("connection closed inside the body", .closeInBody, k6: "`unexpected EOF`", .broken(1000, "unexpected EOF", .receive)),
        FaultRow(
            name: "GOAWAY after each second answer (nginx)", expected: .answered(200, choices: true, note: "nothing lost"),
            check: { results, _ in results.requests.count == 10 ? "nothing lost" : "\(results.requests.count) of 10" },
            run: { bench in
                let front = try await NginxFront.start(directives: "keepalive_requests 2;")
                let results = try await bench.load(
                    "https://localhost:\(front.http2)", requests: 10,
                    settings: FaultBench.Settings(environment: front.authority))
                _ = try await front.stop()
                return results
            }),
        FaultRow(
            name: "server behind nginx dies inside the body, HTTP/2", k6: "1633 by nginx's RST_STREAM",
            expected: .broken(1633, "http2: stream error with http2 ErrCode INTERNAL_ERROR", .receive)
        ) { bench in
            let front = try await NginxFront.start(["--ttft", "1ms", "--time-per-token", "0", "--fail", "truncated:1"])
            let results = try await bench.load(
                "https://localhost:\(front.http2)", settings: FaultBench.Settings(environment: front.authority))
            _ = try await front.stop()
            return results
        },
        FaultRow(
            name: "server behind nginx dies inside the body, HTTP/1.1",
            expected: .broken(1000, "unexpected EOF", .receive)
        ) { bench in
            let front = try await NginxFront.start(["--ttft", "1ms", "--time-per-token", "0", "--fail", "truncated:1"])
            let results = try await bench.load(
                "https://localhost:\(front.http1)", settings: FaultBench.Settings(environment: front.authority))
            _ = try await front.stop()
            return results
        },
        FaultRow(name: "server behind nginx resets", expected: .answered(502)) { bench in
            let front = try await NginxFront.start(["--ttft", "1ms", "--time-per-token", "0", "--fail", "reset:1"])
            let results = try await bench.load(
                "https://localhost:\(front.http2)", settings: FaultBench.Settings(environment: front.authority))
            _ = try await front.stop()
            return results
        },
    ]

    private static func withHTTP2(
        _ reaction: HTTP2Server.Reaction, _ bench: FaultBench, options: [String] = [], namesHost: Bool = true,
        _ body: (HTTP2Server) async throws -> Results
    ) async throws -> Results {
        let server = try await HTTP2Server.start(reaction, in: bench.scratch, options: options, namesHost: namesHost)
        defer { server.stop() }
        return try await body(server)
    }
}
