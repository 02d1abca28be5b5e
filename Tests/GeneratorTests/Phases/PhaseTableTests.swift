// Writes the table of docs/ACCURACY.md: each phase as the server saw it, as we did, and as k6 did where there is one.
//
//     SML_PHASE_TABLE=table.md K6=/path/of/k6 swift test --filter PhaseTableTests

import Base
import Foundation
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["SML_PHASE_TABLE"] != nil))
struct PhaseTableTests {
    static let pace = ServerPace(upload: 100, answer: 300, body: 200)

    @Test func table() async throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try #require(environment["SML_PHASE_TABLE"])
        var lines = [
            "| | body, B | server: reads, ms | thinks | writes | bytes in | bytes out | we: sending, ms | waiting | receiving "
                + "| bytes out | bytes in | k6: sending, ms | waiting | receiving | bytes out | bytes in |",
            "|" + String(repeating: " --- |", count: 17),
        ]
        for (transport, content) in PhaseTests.matrix {
            let seen = try await PhaseExchange.run(transport, content: content, pace: Self.pace)
            let server = seen.server
            var cells = [transport.rawValue, Self.grouped(seen.bodyLength)]
            cells += [
                server.lastRead - server.firstRead, server.firstWrite - server.lastRead, server.lastWrite - server.firstWrite,
            ].map(Self.milliseconds)
            // Behind nginx, what nginx read and wrote.
            cells += [seen.noted?.read ?? server.bytesRead, seen.noted?.sent ?? server.bytesWritten].map(Self.grouped)
            cells += [seen.record.sending, seen.firstByte - seen.written, seen.end - seen.firstByte].map(Self.milliseconds)
            cells += [Int(seen.record.bytesSent), Int(seen.record.bytesReceived)].map(Self.grouped)
            if let k6 = environment["K6"] {
                cells += try await Self.k6(k6, transport, content: content)
            } else {
                cells += Array(repeating: "", count: 5)
            }
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    }

    private static func k6(_ program: String, _ transport: PhaseTransport, content: Int) async throws -> [String] {
        let server = try PhaseServer(pace)
        defer { server.stop() }
        var front: NginxBefore?
        if transport != .http1 {
            front = try await NginxBefore(backend: server.port, certificates: TestCertificates())
        }
        let scratch = try ScratchDirectory()
        let script = try scratch.write(
            "script.js",
            """
            import http from 'k6/http';
            export const options = { vus: 1, iterations: 1, insecureSkipTLSVerify: true };
            export default function () {
              http.post('\(PhaseExchange.url(transport, server: server, front: front))', JSON.stringify({ messages:
                [{ role: 'user', content: 'x'.repeat(\(content)) }], temperature: 1, stream: false }),
                { headers: { 'Content-Type': 'application/json' } });
            }
            """)
        let process = try ChildProcess(
            [
                program, "run", "--quiet", "--no-usage-report", "--address", "127.0.0.1:0", "--summary-export",
                scratch.file("k6.json"), script,
            ], log: scratch.file("k6.log"))
        guard await eventually(within: .seconds(60), { process.hasExited }) else { return ["k6 does not end"] }
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.file("k6.json"))))
        let metrics = (document as? [String: Any])?["metrics"] as? [String: [String: Any]] ?? [:]
        func value(_ name: String, _ member: String) -> Double { metrics[name]?[member] as? Double ?? .nan }
        return ["sending", "waiting", "receiving"].map { String(format: "%.1f", value("http_req_\($0)", "avg")) }
            + ["data_sent", "data_received"].map { grouped(Int(value($0, "count"))) }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String { String(format: "%.1f", Double(nanoseconds) / 1e6) }

    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number).reversed())
        for place in stride(from: 3, to: digits.count + (digits.count - 1) / 3, by: 4) where place < digits.count {
            digits.insert(",", at: place)
        }
        return String(digits.reversed())
    }
}
