// The built commands as children, against an endpoint in this process: what is tested is what is shipped, wiring and
// environment included.

import Base
import Endpoint
import Foundation
import Metrics
import TestSupport
import Testing

enum Corpora {
    /// What k6's golden runs used: 12 prompts, labels short, medium, long in turn, every fourth with messages.
    static var golden: [[String: Any]] {
        (0..<12).map { index in
            let label = ["short", "medium", "long"][index % 3]
            var entry: [String: Any] = ["label": label, "max_tokens": [64, 128, 192][index % 3]]
            if index % 4 == 3 {
                entry["messages"] = (0..<4).map { ["role": $0 % 2 == 0 ? "user" : "assistant", "content": "#\(index) turn"] }
            } else {
                entry["content"] = "#\(index) hello"
            }
            return entry
        }
    }

    /// One prompt per failure the endpoint can play, labels as in k6's run of failures.
    static let failures = [
        "L_ok": "hello", "L_429": "[[fail:status=429]]", "L_500": "[[fail:status=500]]", "L_hang": "[[fail:hang]]",
        "L_fin": "[[fail:close]]", "L_reset": "[[fail:reset]]", "L_trunc": "[[fail:truncated]]",
        "L_badjson": "[[fail:bad-json]]", "L_empty200": "[[fail:empty-body]]", "L_nochoices": "[[fail:empty-choices]]",
    ]
    static var failing: [[String: Any]] { failures.sorted { $0.key < $1.key }.map { ["label": $0.key, "content": $0.value] } }
}

/// One run of `sml-loadgen`.
struct GeneratorProcess {
    static let tags = (scenario: "demo", model: "org/test-model")
    static let statistics = "min,avg,med,p(90),p(95),p(99),max"

    let directory: URL
    let runLabel: String
    let serverURL: String
    let process: Process
    var out: URL { directory.appending(path: "out") }
    var records: String { directory.appending(path: "records.smlrec").path }

    static func program(_ name: String) -> URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: name)
    }

    /// Starts it. `scenario` is a scenario definition without its name; `environment` is added to ours. `beside` another
    /// one it shares that one's files and label, as a further task.
    static func start(
        _ scenario: [String: Any], server port: Int, scheme: String = "http",
        corpus: [[String: Any]] = Corpora.golden, receiver: String? = nil,
        requestTimeout: String? = nil, promptLabels: [String]? = nil, environment: [String: String] = [:],
        arguments: [String] = [], beside first: GeneratorProcess? = nil
    ) throws -> GeneratorProcess {
        let directory = first?.directory ?? FileManager.default.temporaryDirectory.appending(path: "sml-series-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let label = first?.runLabel ?? "loadtest_demo_\(UUID().uuidString.prefix(8))"
        let url = "\(scheme)://127.0.0.1:\(port)"
        let definition = scenario.merging(["name": tags.scenario]) { old, _ in old }
        var configuration: [String: Any] = [
            "server_url": url, "model": tags.model, "scenario": tags.scenario, "scenario_definition": definition,
            "think_time": "0",
        ]
        configuration["request_timeout"] = requestTimeout
        configuration["prompt_labels"] = promptLabels
        try JSONSerialization.data(withJSONObject: configuration).write(to: directory.appending(path: "config.json"))
        try JSONSerialization.data(withJSONObject: corpus).write(to: directory.appending(path: "prompts.json"))

        let process = Process()
        process.executableURL = program("sml-loadgen")
        process.arguments =
            [
                "--config", directory.appending(path: "config.json").path, "--prompts",
                directory.appending(path: "prompts.json").path, "--out", directory.appending(path: "out").path,
                "--records", directory.appending(path: "records.smlrec").path, "--run-label", label, "--quiet", "--no-test-request",
            ] + (receiver.map { ["--remote-write-url", $0] } ?? []) + arguments
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("K6_PROMETHEUS_RW_") }
        variables["K6_PROMETHEUS_RW_PUSH_INTERVAL"] = "500ms"
        variables["K6_PROMETHEUS_RW_TREND_STATS"] = statistics
        process.environment = variables.merging(environment) { $1 }
        let log = directory.appending(path: first == nil ? "log" : "log.beside").path
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return GeneratorProcess(directory: directory, runLabel: label, serverURL: url, process: process)
    }

    /// Waits for the end; a run that hangs is a failure, not a hanging test.
    func exitCode(within limit: Duration = .seconds(60)) async -> Int32 {
        if await !eventually(within: limit, { !process.isRunning }) { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return process.terminationStatus
    }

    var log: String { (try? String(contentsOf: directory.appending(path: "log"), encoding: .utf8)) ?? "" }

    func summary() throws -> JSON {
        let path = out.appending(path: "summary.json")
        return try Summary(jsonData: Array(try Data(contentsOf: path)), path: path.path).document
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }
}

/// An endpoint in this process for as long as `body` runs.
func withEndpoint<Result>(
    answeringAfter delay: Duration = .milliseconds(20), _ body: (_ port: Int) async throws -> Result
) async throws -> Result {
    var configuration = EndpointConfiguration()
    configuration.timeToFirstToken = .fixed(delay / .nanoseconds(1))
    configuration.timePerToken = .fixed(0)
    configuration.outputTokens = .fixed(12)
    let server = try await EndpointServer.start(configuration, log: RequestLogMemory())
    do {
        let result = try await body(server.port)
        try await server.stop()
        return result
    } catch {
        try? await server.stop()
        throw error
    }
}
