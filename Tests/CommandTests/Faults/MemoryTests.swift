// Memory stays bounded whatever a server sends: the generator's peak, from the kernel, while a hundred users at once are
// sent bodies, headers and trailers without end.

import Foundation
import Metrics
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct MemoryTests {
    struct Bomb: Sendable, CustomTestStringConvertible {
        var name: String
        var head: String
        var piece: String
        /// MiB.
        var peak: Int
        var error: String
        var testDescription: String { name }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let line = "X-Bomb: \(String(repeating: "y", count: 90))\r\n"

    static let bombs = [
        // 100 users of up to 64 MiB each would be 6.4 GiB; together they may have 512 MiB, and some more while one grows.
        Bomb(
            name: "bodies", head: ok + "\r\n", piece: String(repeating: "z", count: 1000), peak: 700,
            error: "response bod"),
        Bomb(name: "headers", head: ok, piece: line, peak: 250, error: "response headers over the limit"),
        Bomb(
            name: "trailers", head: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", piece: line, peak: 250,
            error: "response headers over the limit"),
        Bomb(
            name: "100 Continue", head: "", piece: "HTTP/1.1 100 Continue\r\n\r\n", peak: 250,
            error: "response headers over the limit"),
    ]

    @Test(arguments: bombs) func peakIsBounded(bomb: Bomb) async throws {
        let server = try ScriptedServer { _ in
            [.send(bomb.head), .sendWithoutEnd(Array(String(repeating: bomb.piece, count: 200).utf8))]
        }
        defer { server.stop() }
        let scratch = try Scratch()
        let config = try scratch.write(
            "run_config.json",
            Scratch.configuration(
                server: server.base,
                scenario: #"{"executor": "constant-vus", "vus": 100, "duration": "3s", "request_timeout": "60s"}"#,
                members: #""think_time": "0""#))
        let prompts = try scratch.write("prompts.json", Scratch.prompts)
        let program = try Program(
            "sml-loadgen", ["--config", config, "--prompts", prompts, "--out", scratch.file("out"), "--quiet", "--no-test-request"],
            in: scratch)
        // The kernel's own high-water mark, read until the process is gone.
        var peak = 0
        try await eventually(within: 90, "end of the run") {
            peak = max(peak, Self.peakMemory(of: program.processID))
            return !program.process.isRunning
        }
        // Nothing succeeded.
        #expect(try await program.end() == 5, "\(program.errors)")
        print("memory: \(bomb.name) without end to 100 users: peak \(peak >> 10) MiB")
        #expect(peak > 0 && peak >> 10 < bomb.peak, "\(peak >> 10) MiB")
        let bytes = try Data(contentsOf: URL(filePath: scratch.file("out/summary.json")))
        let summary = try Summary(jsonData: [UInt8](bytes), path: "summary.json").document
        let errors = (summary[path: "sml", "errors"]?.elements ?? []).compactMap { $0["error"]?.text }
        #expect(!errors.isEmpty && errors.allSatisfy { $0.hasPrefix(bomb.error) }, "\(errors)")
    }

    /// kB; 0 once the process is gone.
    private static func peakMemory(of processID: Int32) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
