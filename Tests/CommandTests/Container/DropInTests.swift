// SML's own command line, character by character (k6 §2), in the image: same outputs, same places, same exit codes.

import Base
import Foundation
import Metrics
import TestSupport
import Testing

@Suite struct DropInTests {
    private static let key = "sk-drop-in-0123456789"

    /// What SML's launcher stages: script, configuration; and the corpus somewhere else.
    private func stage(server: String, scenario: String, in scratch: Scratch) throws {
        let script = Image.repository + "/Tests/K6Tests/Fixtures/packaged.js"
        try scratch.write("script.js", try String(contentsOfFile: script, encoding: .utf8), mode: 0o644)
        try scratch.write(
            "run_config.json",
            """
            {"server_url": "\(server)", "api_key": "\(Self.key)", "model": "org/m", "scenario": "drop_in", \
            "scenario_definition": \(scenario), "think_time": "0", "max_tokens": "4", "request_timeout": null, \
            "prompt_labels": null, "ignore_eos": null, "prompt_seed": 1, "custom": null}
            """, mode: 0o644)
        try scratch.write("corpus/prompts.json", Scratch.prompts, mode: 0o644)
    }

    private func command(remoteWrite url: String?) -> [String] {
        let variables = url.map {
            "K6_PROMETHEUS_RW_SERVER_URL=\($0) K6_PROMETHEUS_RW_TREND_STATS='min,avg,med,p(90),p(95),p(99),max' "
        }
        let output = url == nil ? "" : "-o experimental-prometheus-rw "
        return [
            "sh", "-lc",
            (variables ?? "") + "k6 run " + output
                + "--tag scenario=drop_in --tag run_label=r1 --tag model=org/m "
                + "--env RUN_CONFIG_JSON=\"$(cat /work/run_config.json)\" --env PROMPTS_FILE=/work/corpus/prompts.json "
                + "--env RUN_LABEL=r1 --summary-export /work/summary.json /work/script.js",
        ]
    }

    @Test func commandLineOfSML() async throws {
        let image = try await Image.shared.value
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let prometheus = try await PrometheusServer.start()
        try stage(
            server: endpoint.url,
            scenario: #"{"name": "drop_in", "executor": "constant-arrival-rate", "rate": 20, "duration": "2s"}"#, in: scratch)
        // A result of an earlier run is replaced, as k6 does.
        try scratch.write("summary.json", "old", mode: 0o666)
        let run = try await image.run(command(remoteWrite: prometheus.writeURL), work: scratch)
        #expect(run.code == 0, "\(run.errors)")

        // One summary for readers of either schema.
        let bytes = try Data(contentsOf: URL(filePath: scratch.file("summary.json")))
        let summary = try Summary(jsonData: Array(bytes), path: "summary.json").document
        #expect(summary[path: "throughput", "total_requests"]?.integer == 40)
        #expect(summary[path: "metrics", "http_reqs", "count"]?.integer == 40)
        #expect(summary[path: "metrics", "e2e_latency_ms", "p(95)"]?.number ?? 0 > 20)
        #expect(summary[path: "sml", "run", "run_label"] == .string("r1"))
        #expect(scratch.contents == ["corpus", "corpus/prompts.json", "run_config.json", "script.js", "summary.json"])

        // What the script printed: its heading and document, here followed by the readable block.
        let parts = run.output.split(separator: "=== LLM Load Test Summary ===\n")
        #expect(parts.count == 2)
        let end = try #require(parts.last?.firstRange(of: "\n}\n"))
        let printed = try JSONDecoder().decode(JSON.self, from: Data(parts[1][..<end.upperBound].utf8))
        #expect(printed[path: "throughput", "req_per_sec"] == summary[path: "throughput", "req_per_sec"])
        #expect(printed[path: "sml"] == nil && printed[path: "metrics"] == nil)

        // Series, with the tags.
        let series = try prometheus.query(#"k6_http_reqs_total{scenario="drop_in",run_label="r1",model="org/m"}"#)
        #expect(series.compactMap(\.lastValue).reduce(0, +) == 40)
        #expect(try prometheus.query(#"k6_e2e_latency_ms_p95{run_label="r1"}"#).count == 3)

        // The endpoint saw the key; nobody else does.
        for text in [run.output, run.errors, String(decoding: bytes, as: UTF8.self)] { #expect(!text.contains(Self.key)) }
        #expect(try await endpoint.stop().count == 40)
    }

    /// SLURM signals the task's leader, twice within 10 ms at a time limit. The leader is the shell unless it became k6.
    @Test func leaderIsK6AndEndsWithASummary() async throws {
        let image = try await Image.shared.value
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "50ms", "--time-per-token", "0"], in: scratch)
        try stage(
            server: endpoint.url, scenario: #"{"executor": "constant-vus", "vus": 2, "duration": "60s"}"#, in: scratch)
        let program = try image.start(command(remoteWrite: nil), work: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 4 }
        // setpriv became enter, which became bwrap; its child is the container's first process.
        let leader = try #require(children(of: program.processID).first)
        let name = try String(contentsOfFile: "/proc/\(leader)/comm", encoding: .utf8)
        #expect(name == "k6\n")
        // What `ps` shows of the key while the run goes on.
        let arguments = try Data(contentsOf: URL(filePath: "/proc/\(leader)/cmdline"))
        #expect(arguments.count > 100)
        #expect(!String(decoding: arguments, as: UTF8.self).contains(Self.key))
        kill(leader, SIGTERM)
        kill(leader, SIGTERM)
        #expect(try await program.end(within: 10) == 105)
        let summary = try Summary(
            jsonData: Array(Data(contentsOf: URL(filePath: scratch.file("summary.json")))), path: "summary.json"
        ).document
        #expect(summary[path: "sml", "outcome", "reason"] == .string("SIGTERM"))
        #expect(summary[path: "metrics", "http_reqs", "count"]?.integer ?? 0 >= 4)
    }

    private func children(of process: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    // MARK: - Without the image: the name alone makes it k6

    private func k6(
        _ arguments: [String], in scratch: Scratch, environment: [String: String] = [:]
    ) async throws
        -> (code: Int32, output: String, errors: String)
    {
        let link = scratch.hidden("k6")
        try? FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Program.path("sml-loadgen"))
        return try await Program.run(link, arguments, in: scratch, environment: environment)
    }

    @Test(
        arguments: [
            (["run", "--env", "PROMPTS_FILE=/x", "script.js"], 107, "k6: RUN_CONFIG_JSON is not set"),
            (["run", "--env", "RUN_CONFIG_JSON={", "--env", "PROMPTS_FILE=/x", "script.js"], 107, "k6: RUN_CONFIG_JSON: not valid JSON"),
            (["run", "--env", "RUN_CONFIG_JSON={}", "--env", "PROMPTS_FILE=/x", "script.js"], 107, "k6: RUN_CONFIG_JSON: no scenario"),
            (["run", "--env", "RUN_CONFIG_JSON=@", "script.js"], 107, "k6: PROMPTS_FILE is not set"),
            (
                ["run", "--env", "RUN_CONFIG_JSON=@", "--env", "PROMPTS_FILE=none.json", "script.js"], 107,
                "k6: ./none.json: cannot be opened"
            ),
            (["run", "--env", "RUN_CONFIG_JSON=@", "--env", "PROMPTS_FILE=script.js", "script.js"], 107, "k6: ./script.js: "),
            (
                ["run", "--env", "RUN_CONFIG_JSON=!", "--env", "PROMPTS_FILE=/x", "script.js"], 104,
                "k6: RUN_CONFIG_JSON: scenario_definition.vus"
            ),
            (
                [
                    "run", "--env", "RUN_CONFIG_JSON=@", "--env", "PROMPTS_FILE=corpus/prompts.json", "--summary-export", "no/where.json",
                    "script.js",
                ], 73, "k6: no/where.json: "
            ),
            (["run", "foreign.js"], 107, "k6: foreign.js: not SML's packaged k6 script"),
            (["run", "missing.js"], 255, "k6: missing.js: cannot be opened: No such file"),
            (["run", "--vus", "3", "script.js"], 255, "k6: --vus: not supported here"),
            (["run", "--unknown", "script.js"], 255, "k6: unknown flag: --unknown"),
            (["run", "--tag", "model=", "script.js"], 255, "k6: --tag: \"model=\""),
            (["run", "-o", "json", "script.js"], 255, "k6: -o: output \"json\" is not supported"),
            (["archive", "script.js"], 255, "k6: unknown command \"archive\""),
        ] as [([String], Int32, String)])
    func wrongInput(arguments: [String], code: Int32, beginning: String) async throws {
        let scratch = try Scratch()
        try stage(server: "http://127.0.0.1:1", scenario: "null", in: scratch)
        try scratch.write("foreign.js", "import http from 'k6/http'; export default () => http.get('http://x/');")
        let good = #"RUN_CONFIG_JSON={"scenario_definition": {"executor": "constant-vus", "vus": 1, "duration": "1s"}}"#
        let bad = #"RUN_CONFIG_JSON={"scenario_definition": {"executor": "constant-vus", "vus": 0, "duration": "1s"}}"#
        let before = scratch.contents
        let run = try await k6(
            arguments.map { $0 == "RUN_CONFIG_JSON=@" ? good : $0 == "RUN_CONFIG_JSON=!" ? bad : $0 }, in: scratch)
        #expect(run.code == code)
        #expect(run.errors.hasPrefix(beginning), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(scratch.contents == before)
    }

    /// An edited script is refused with its line; accepted, it runs as SML's with the system prompt it has, and says so.
    @Test func editedScript() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        try stage(server: endpoint.url, scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#, in: scratch)
        let script = try String(contentsOfFile: scratch.file("script.js"), encoding: .utf8)
        try scratch.write("script.js", script.replacing("stream: false }", with: "stream: true }"), mode: 0o644)
        let configuration = try String(contentsOfFile: scratch.file("run_config.json"), encoding: .utf8)
        let command = [
            "run", "--quiet", "-e", "SYSTEM_PROMPT=default", "-e", "RUN_CONFIG_JSON=" + configuration, "-e",
            "PROMPTS_FILE=corpus/prompts.json", "script.js",
        ]
        let refused = try await k6(command, in: scratch)
        #expect(refused.code == 107 && refused.output.isEmpty)
        #expect(refused.errors.hasPrefix("k6: script.js: not SML's packaged k6 script: line 39: JSON.stringify("), "\(refused.errors)")
        let accepted = try await k6(command, in: scratch, environment: ["SML_K6_ACCEPT_SCRIPT": "1"])
        #expect(accepted.code == 0)
        #expect(accepted.errors.hasPrefix("k6: warning: script.js: line 39: JSON.stringify("), "\(accepted.errors)")
        #expect(try await !endpoint.stop().isEmpty)
    }

    /// Tags beyond SML's three reach every series; without `-o` nothing is pushed although a receiver is named.
    @Test func tagsAndOutput() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let prometheus = try await PrometheusServer.start()
        try stage(server: endpoint.url, scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#, in: scratch)
        let configuration = try String(contentsOfFile: scratch.file("run_config.json"), encoding: .utf8)
        let common = [
            "run", "--quiet", "--tag", "team=blue", "--tag", "status=x", "--tag", "run_label=tagged", "--env",
            "RUN_CONFIG_JSON=" + configuration, "-e", "PROMPTS_FILE=corpus/prompts.json",
        ]
        let environment = ["K6_PROMETHEUS_RW_SERVER_URL": prometheus.writeURL]
        let silent = try await k6(common + ["script.js"], in: scratch, environment: environment)
        #expect(silent.code == 0, "\(silent.errors)")
        #expect(try prometheus.query(#"{__name__=~"k6_.*"}"#).isEmpty)
        // --quiet leaves what handleSummary printed.
        #expect(silent.output.contains("=== LLM Load Test Summary ===\n{") && !silent.output.contains("execution:"))

        let pushed = try await k6(
            common + ["-o", "experimental-prometheus-rw", "--summary-export", "other.json", "script.js"], in: scratch,
            environment: environment)
        #expect(pushed.code == 0, "\(pushed.errors)")
        // Both of k6's writers have their file.
        let one = try Data(contentsOf: URL(filePath: scratch.file("other.json")))
        #expect(try Data(contentsOf: URL(filePath: scratch.file("summary.json"))) == one)
        #expect(try prometheus.query(#"k6_vus{team="blue",run_label="tagged",model="org/m",status="x"}"#).count == 1)
        // A metric's own label wins over a tag of that name.
        #expect(try prometheus.query(#"k6_http_reqs_total{team="blue",status="200"}"#).count == 3)
    }
}
