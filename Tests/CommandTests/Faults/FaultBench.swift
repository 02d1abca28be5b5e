// Runs the real sml-loadgen against a server that misbehaves, once for each row of the fault table.

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

/// One run's surroundings. Each row makes its own.
final class FaultBench {
    let scratch: Scratch
    private(set) var lastErrors = ""

    init() throws { scratch = try Scratch() }

    /// Requests to a server that answers each with `actions`.
    func scripted(_ actions: [ServerAction], requests: Int = 2, settings: Settings = Settings()) async throws -> Results {
        let server = try ScriptedServer { _ in actions }
        defer { server.stop() }
        return try await load(server.base, requests: requests, settings: settings)
    }

    struct Settings: Sendable {
        var timeout = "2s"
        var thinkTime = "0"
        /// Further members of the scenario, each with its comma: `, "on_429": "pause"`.
        var scenario = ""
        var environment: [String: String] = [:]
        var prompts = #"[{"label": "a", "max_tokens": 4, "content": "hello"}]"#
        /// Shell text run before the generator, which it must start as `"$@"`.
        var shell: String?
        var executor: String?
    }

    /// `requests` arrivals within a second; a summary, whatever came back.
    func load(_ url: String, requests: Int = 2, settings: Settings = Settings()) async throws -> Results {
        let executor =
            settings.executor
            ?? #""executor": "constant-arrival-rate", "rate": \#(requests), "duration": "1s", "preAllocatedVUs": \#(requests)"#
        let config = try scratch.write(
            "run_config.json",
            Scratch.configuration(
                server: url,
                scenario: #"{\#(executor), "request_timeout": "\#(settings.timeout)"\#(settings.scenario)}"#,
                members: #""think_time": "\#(settings.thinkTime)""#))
        let prompts = try scratch.write("prompts.json", settings.prompts)
        let out = scratch.file("out")
        let command = [
            Program.path("sml-loadgen"), "--config", config, "--prompts", prompts, "--out", out, "--records",
            out + "/records.smlrec", "--quiet", "--no-test-request",
        ]
        let words = settings.shell.map { ["/bin/sh", "-c", $0, "sh"] + command } ?? command
        let run = try await Program.run(
            words[0], Array(words.dropFirst()), in: scratch, environment: settings.environment, within: 120)
        lastErrors = run.errors
        // 5: not one of them succeeded.
        guard [0, 5].contains(run.code) else { throw Program.Failure(description: "exit \(run.code): \(run.errors)") }
        let results = try Results(directory: out)
        results.checkAgainstK6sMetrics()
        return results
    }

    /// Error texts by the records' indices.
    func texts(_ results: Results) throws -> [UInt16: String] {
        let reader = try RecordFileReader(path: scratch.file("out/records.smlrec"))
        try reader.forEachBatch { _ in }
        return Dictionary(uniqueKeysWithValues: reader.texts.texts().enumerated().map { (UInt16($0), $1) })
    }
}

extension ScriptedServer {
    /// What a run configuration calls `server_url`.
    var base: String { "http://127.0.0.1:\(port)" }
}
extension RefusingPort {
    var base: String { "http://127.0.0.1:\(port)" }
}
