// What the transport adds to the labels: HTTP/2 over TLS 1.3 (a real nginx), every hop of a redirect, and compressed
// answers, compared with what k6 sent for the same.

import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)), .enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
struct TransportSeriesTests {
    private static var scenario: [String: Any] { ["executor": "constant-vus", "vus": 3, "duration": "2s"] }

    @Test(.enabled(if: NginxFront.isInstalled && TestCertificates.isOpensslInstalled))
    func http2OverTLSHasK6sLabels() async throws {
        let server = try await PrometheusServer.start()
        let certificates = try await TestCertificates()
        try await withEndpoint { port in
            let front = try await NginxFront(before: port, certificates)
            let run = try GeneratorProcess.start(
                Self.scenario, server: Int(front.port), scheme: "https", receiver: server.writeURL,
                environment: ["SSL_CERT_FILE": certificates.certificate])
            defer { run.remove() }
            #expect(await run.exitCode() == 0, "\(run.log)")
            let sent = try k6Series(server, run)
            #expect(try sent == GoldenSeries.expected("http2-tls13", for: run))
            #expect(sent.count { $0.contains("tls_version=\"tls1.3\"") && $0.contains("proto=\"HTTP/2.0\"") } > 150)
            let handshakes = try server.samples("k6_http_req_tls_handshaking_max{run_label=\"\(run.runLabel)\"}")
            #expect(try handshakes.contains { try #require($0.lastValue) > 0 })
        }
    }

    /// The variable that switches verification off is the receiver's, and it is said; the load is verified all the same.
    @Test(.enabled(if: NginxFront.isInstalled && TestCertificates.isOpensslInstalled), arguments: [true, false])
    func verificationIsNotSwitchedOffByAccident(isOff: Bool) async throws {
        let certificates = try await TestCertificates()
        let receiver = try await TLSReceiver(certificates)
        try await withEndpoint { port in
            let front = try await NginxFront(before: port, certificates)
            let run = try GeneratorProcess.start(
                ["executor": "constant-arrival-rate", "rate": 10, "duration": "1s", "preAllocatedVUs": 10],
                server: Int(front.port), scheme: "https", receiver: receiver.url,
                environment: isOff ? ["K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY": "true"] : [:],
                arguments: ["--remote-write-drain", "0s"])
            defer { run.remove() }
            // Nothing succeeded.
            #expect(await run.exitCode() == 5, "\(run.log)")
            let warning = "sml-loadgen: warning: the certificate of the remote-write receiver is not verified"
            #expect(run.log.hasPrefix(warning) == isOff, "\(run.log)")
            let summary = try run.summary()
            #expect(summary[path: "sml", "remote_write", "certificate_verified"] == .bool(!isOff))
            #expect((summary[path: "sml", "remote_write", "pushes_failed", "tls"] == nil) == isOff, "\(run.log)")
            #expect(summary[path: "sml", "counts", "failed"]?.integer == 10)
            #expect(summary[path: "sml", "counts", "succeeded"]?.integer == 0)
        }
    }

    /// {"choices":[{}],"usage":{"prompt_tokens":3,"completion_tokens":4}}, made by gzip -9.
    private static let gzip: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0xce, 0xc8, 0xcf, 0x4c, 0x4e,
        0x2d, 0x56, 0xb2, 0x8a, 0xae, 0xae, 0x8d, 0xd5, 0x51, 0x2a, 0x2d, 0x4e, 0x4c, 0x4f, 0x55, 0xb2, 0xaa, 0x56,
        0x2a, 0x28, 0xca, 0xcf, 0x2d, 0x28, 0x89, 0x2f, 0xc9, 0xcf, 0x4e, 0xcd, 0x03, 0xca, 0x1a, 0xeb, 0x28, 0x25,
        0x03, 0x05, 0x72, 0x52, 0x4b, 0x32, 0xf3, 0xf3, 0xe0, 0xa2, 0x26, 0xb5, 0xb5, 0x00, 0x41, 0x82, 0x5a, 0x16,
        0x42, 0x00, 0x00, 0x00,
    ]

    /// k6's labels of these cases, and the answer that caused them. A 307 to itself ends after ten hops.
    private static let answers: [(label: String, answer: ScriptedAnswer)] = [
        ("L_gzip", .bytes(gzip, headers: ["Content-Encoding": "gzip"])),
        ("L_badgzip", .status(200, headers: ["Content-Encoding": "gzip"], body: "not gzip")),
        ("L_307", .status(307, headers: ["Location": "/v1/chat/completions"])),
    ]

    @Test func redirectsAndCompressedAnswersHaveK6sLabels() async throws {
        let server = try await PrometheusServer.start()
        for (label, answer) in Self.answers {
            let target = try ScriptedReceiver([answer])
            let run = try GeneratorProcess.start(
                ["executor": "constant-vus", "vus": 1, "duration": "1s"], server: Int(target.port),
                corpus: [["label": label, "content": "hello"]], receiver: server.writeURL)
            defer { run.remove() }
            // 5 where none of the answers is a success.
            #expect([0, 5].contains(await run.exitCode()), "\(run.log)")
            let ofLabel = "label=\"\(label)\""
            let sent = try k6Series(server, run).filter { $0.contains(ofLabel) }
            let golden = try GoldenSeries.expected("errors", for: run, onlyLabels: [label]).filter { $0.contains(ofLabel) }
            #expect(golden.subtracting(sent).sorted() == [], "\(label): missing")
            #expect(sent.subtracting(golden).sorted() == [], "\(label): not k6's")
            let counts = try run.summary()[path: "sml", "counts"]
            if label == "L_307" {
                let exchanges = try #require(counts?["http_requests"]?.integer)
                #expect(exchanges == 11 * (try #require(counts?["finished"]?.integer)))
            }
        }
    }

    /// Hops elsewhere appear with their own URL and method (k6 §7.4).
    @Test func everyHopHasItsOwnURLAndMethod() async throws {
        let server = try await PrometheusServer.start()
        try await withEndpoint { port in
            let second = try ScriptedReceiver([
                .status(200, body: #"{"choices":[{}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#)
            ])
            let elsewhere = "http://127.0.0.1:\(second.port)/elsewhere"
            let first = try ScriptedReceiver([.status(302, headers: ["Location": elsewhere])])
            let run = try GeneratorProcess.start(
                ["executor": "constant-vus", "vus": 1, "duration": "1s"], server: Int(first.port),
                corpus: [["label": "short", "content": "hello"]], receiver: server.writeURL)
            defer { run.remove() }
            #expect(await run.exitCode() == 0, "\(run.log)")
            let hops = try server.samples("k6_http_reqs_total{run_label=\"\(run.runLabel)\"}")
            let seen = Set(hops.map { [$0.labels["status"], $0.labels["method"], $0.labels["url"], $0.labels["name"]] })
            let start = run.serverURL + "/v1/chat/completions"
            #expect(seen == [["302", "POST", start, start], ["200", "GET", elsewhere, elsewhere]])
            #expect(hops.map(\.lastValue) == [hops[0].lastValue, hops[0].lastValue])
            #expect(second.requests.allSatisfy { $0.requestLine.hasPrefix("GET /elsewhere ") && $0.body.isEmpty })
        }
    }
}
