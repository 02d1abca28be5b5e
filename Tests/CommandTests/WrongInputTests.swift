// What a user sees after a mistake: the right exit code, one line that begins with the program's name and says where
// the mistake is and what is accepted, and nothing left behind. docs/ERRORS.md shows some of these rows.

import Foundation
import Testing

@Suite struct WrongInputTests {
    /// A file that is wrong, a command, and what it must say.
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var files: [String: String] = [:]
        var program = "sml"
        var arguments: [String]
        var input: String?
        var code: Int32
        var says: [String]
        /// The argument parser's own errors are a block, `Error: …` first.
        var isParserError = false
        var testDescription: String { name }
    }

    private static func local(_ arguments: String...) -> [String] { ["loadtest", "local"] + arguments }

    /// A run of scenario `x`, which is the file's text.
    private static func scenario(_ name: String, _ text: String, _ says: [String]) -> Row {
        Row(
            name: name, files: ["scenarios/x.yaml": text], arguments: local("--loadtest-scenario", "x"), code: 104,
            says: ["./scenarios/x.yaml"] + says)
    }

    private static let good = Scratch.configuration(
        server: "http://127.0.0.1:9", scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#)

    /// `sml-loadgen` with good files, but for those given.
    private static func generator(
        _ name: String, config: String? = good, prompts: String? = Scratch.prompts, _ extra: [String] = [],
        out: String = "out", input: String? = nil, code: Int32, _ says: [String]
    ) -> Row {
        var files: [String: String] = [:]
        files["c.json"] = config
        files["p.json"] = prompts
        return Row(
            name: name, files: files, program: "sml-loadgen",
            arguments: ["--config", "c.json", "--prompts", "p.json", "--out", out] + extra, input: input, code: code,
            says: says)
    }

    static let sml = [
        Row(
            name: "unknown scenario", arguments: local("--loadtest-scenario", "nope"), code: 64,
            says: ["\"nope\"", "throughput, ramp"]),
        scenario("bad YAML", "executor: constant-vus\nvus: [1\n", ["not valid YAML", "line 2"]),
        scenario("unknown key", "executor: constant-vus\nvuss: 3\n", ["vuss: unknown key", "vus"]),
        scenario("key of another executor", "executor: constant-vus\nrate: 3\n", ["rate", "constant-arrival-rate"]),
        scenario("unknown executor", "executor: constant-vuss\n", ["executor: \"constant-vuss\"", "ramping-vus"]),
        scenario("no executor", "vus: 3\n", ["executor is missing", "ramping-vus"]),
        scenario("rate 0", "executor: constant-arrival-rate\nrate: 0\n", ["rate: 0", "from 1"]),
        scenario("vus as text", "executor: constant-vus\nvus: 12abc\n", ["vus: \"12abc\"", "whole number"]),
        scenario(
            "maxVUs below preAllocatedVUs", "executor: constant-arrival-rate\npreAllocatedVUs: 20\nmaxVUs: 3\n",
            ["maxVUs: 3", "preAllocatedVUs", "20"]),
        scenario("bad duration", "executor: constant-vus\nduration: 5x\n", ["duration: \"5x\"", "30s"]),
        scenario("too short", "executor: constant-vus\nduration: 10ms\n", ["duration: \"10ms\"", "at least 1s"]),
        scenario("no stages", "executor: ramping-vus\n", ["stages is missing", "{duration, target}"]),
        scenario(
            "bad timeout", "executor: constant-vus\nrequest_timeout: soon\n", ["request_timeout: \"soon\"", "30s"]),
        scenario("bad max_tokens", "executor: constant-vus\nmax_tokens: lots\n", ["max_tokens: \"lots\"", "prompt"]),
        Row(
            name: "scenario twice",
            files: ["scenarios/x.yaml": "executor: constant-vus\n", "scenarios/x.json": "{}"],
            arguments: local("--loadtest-scenario", "x"), code: 104, says: ["x.json", "x.yaml", "remove one"]),
        Row(
            name: "bad URL", arguments: local("--loadtest-server-url", "ftp://x"), code: 64,
            says: ["--loadtest-server-url", "ftp://x", "http://"]),
        Row(
            name: "URL with credentials", arguments: local("--loadtest-server-url", "http://u:secret@x"), code: 64,
            says: ["--loadtest-server-url", "api_key"]),
        Row(
            name: "bad --loadtest-max-tokens", arguments: local("--loadtest-max-tokens", "12abc"), code: 64,
            says: ["--loadtest-max-tokens", "12abc", "prompt"]),
        Row(
            name: "bare --loadtest-duration", arguments: local("--loadtest-duration", "30"), code: 64,
            says: ["--loadtest-duration", "\"30\"", "30s"]),
        Row(
            name: "short --loadtest-duration", arguments: local("--loadtest-duration", "10ms"), code: 64,
            says: ["--loadtest-duration", "10ms", "at least 1s"]),
        scenario("unknown version of HTTP", "executor: constant-vus\nhttp_version: 3\n", ["http_version: 3", "one of auto, 1.1, 2"]),
        scenario(
            "shared over HTTP/1.1", "executor: constant-vus\nhttp_version: 1.1\nconnections: 2\n", ["connections: 2", "http_version 1.1"]),
        Row(
            name: "bad --loadtest-http-version", arguments: local("--loadtest-http-version", "3"), code: 64,
            says: ["--loadtest-http-version: \"3\"", "one of auto, 1.1, 2"]),
        Row(
            name: "bad --loadtest-connections", arguments: local("--loadtest-connections", "0"), code: 64,
            says: ["--loadtest-connections: \"0\"", "from 1 to 1000000, or per-user"]),
        Row(
            name: "options that exclude each other",
            arguments: local(
                "--loadtest-server-url", "https://127.0.0.1:9", "--loadtest-http-version", "1.1", "--loadtest-connections", "2"), code: 104,
            says: ["connections: 2 is not accepted with http_version 1.1", "set http_version: 2"]),
        Row(
            name: "shared over plain http", arguments: local("--loadtest-connections", "2"), code: 104,
            says: ["connections: 2 needs HTTP/2", "set http_version: 2"]),
        Row(
            name: "shared over plain http by two arms",
            arguments: [
                "loadtest", "ab", "--local", "--a-server-url", "http://127.0.0.1:9", "--b-server-url", "http://127.0.0.1:8",
                "--loadtest-connections", "2",
            ], code: 104, says: ["connections: 2 needs HTTP/2"]),
        Row(
            name: "shared over plain http in a search",
            arguments: ["loadtest", "capacity", "--local", "--loadtest-connections", "2", "--slo", "e2e=1s"], code: 104,
            says: ["connections: 2 needs HTTP/2"]),
        Row(name: "--workers 0", arguments: local("--workers", "0"), code: 64, says: ["--workers: 0", "1 to 64"]),
        Row(name: "bad --drain", arguments: local("--drain", "long"), code: 64, says: ["--drain", "long", "30s"]),
        Row(
            name: "bad seed", arguments: local("--loadtest-prompt-seed", "x"), code: 64,
            says: ["--loadtest-prompt-seed"], isParserError: true),
        Row(
            name: "unknown option", arguments: local("--bogus"), code: 64, says: ["--bogus"], isParserError: true),
        Row(name: "unknown command", arguments: ["loadtest", "bogus"], code: 64, says: ["bogus"], isParserError: true),
        Row(
            name: "key file others can read", files: ["key": "secret\n"],
            arguments: local("--loadtest-server-url", "http://127.0.0.1:9", "--api-key-file", "key"), code: 64,
            says: ["--api-key-file key", "chmod 600"]),
        Row(
            name: "key of two lines", files: ["private.key": "secret\nsecret\n"],
            arguments: local("--loadtest-server-url", "http://127.0.0.1:9", "--api-key-file", "private.key"), code: 64,
            says: ["--api-key-file private.key", "one line"]),
        Row(
            name: "key without a server", arguments: local("--api-key-file", "none"), code: 64,
            says: ["--api-key-file", "--loadtest-server-url"]),
        Row(
            name: "no corpus", arguments: local("--loadtest-prompts-file", "none.json"), code: 107,
            says: ["none.json", "No such file"]),
        Row(
            name: "nothing on standard input", arguments: local("--loadtest-prompts-file", "-"), input: "", code: 107,
            says: ["prompts"]),
        Row(
            name: "--out is a file", files: ["file": "x"], arguments: local("--out", "file"), code: 73,
            says: ["file", "not a directory"]),
        Row(
            name: "--out below a file", files: ["file": "x"], arguments: local("--out", "file/x"), code: 73,
            says: ["file/x", "Not a directory"]),
        Row(
            name: "--out holds a summary", files: ["old/summary.json": "{}"], arguments: local("--out", "old"),
            code: 73, says: ["old/summary.json", "already exists"]),
        Row(
            name: "--out holds a killed run", files: ["old/records.smlrec": "x"], arguments: local("--out", "old"),
            code: 73, says: ["old/records.smlrec", "already exists"]),
        Row(
            name: "--out holds a corpus", files: ["old/prompts.json": "[]"], arguments: local("--out", "old"),
            code: 73, says: ["old/prompts.json", "already exists"]),
        Row(name: "no records file", arguments: ["loadtest", "records", "none"], code: 65, says: ["none"]),
        Row(
            name: "not a records file", files: ["x": "hello, hello, hello"],
            arguments: ["loadtest", "summarize", "x"], code: 65, says: ["x: not a records file"]),
        Row(
            name: "show an unknown one", arguments: ["loadtest", "scenarios", "show", "nope"], code: 64,
            says: ["\"nope\"", "throughput"]),
    ]

    static let loadgen = [
        generator("no configuration", config: nil, code: 104, ["c.json", "No such file"]),
        generator("empty configuration", config: "", code: 104, ["c.json: not valid JSON"]),
        generator("configuration is no JSON", config: "hello", code: 104, ["c.json: not valid JSON"]),
        generator("configuration is an array", config: "[]", code: 104, ["c.json", "object"]),
        generator("configuration without scenario", config: "{}", code: 104, ["c.json", "scenario_definition"]),
        Row(
            name: "configuration is a directory", files: ["p.json": Scratch.prompts], program: "sml-loadgen",
            arguments: ["--config", ".", "--prompts", "p.json", "--out", "out"], code: 104, says: [".: is a directory"]),
        generator(
            "key with a line break", config: good.replacingOccurrences(of: "\"api_key\": null", with: #""api_key": "se\ncret""#),
            code: 104, ["c.json", "api_key"]),
        generator("no corpus", prompts: nil, code: 107, ["p.json", "No such file"]),
        generator("empty corpus", prompts: "", code: 107, ["p.json", "no prompts"]),
        generator("corpus of nothing", prompts: "[]", code: 107, ["p.json", "no prompts"]),
        generator("corpus is no JSON", prompts: "[{\"content\": ]", code: 107, ["p.json", "line 1"]),
        generator(
            "no prompt with the label",
            config: good.replacingOccurrences(of: "{\"executor\"", with: #"{"prompt_labels": ["zz"], "executor""#),
            code: 107, ["p.json", "zz"]),
        generator("nothing on standard input", ["--prompts", "-"], input: "", code: 107, ["-"]),
        generator("--workers 0", ["--workers", "0"], code: 64, ["--workers: 0", "1 to 64"]),
        generator("bare --duration", ["--duration", "30"], code: 64, ["--duration", "\"30\"", "30s"]),
        generator("bad --drain", ["--drain", "x"], code: 64, ["--drain", "\"x\"", "30s"]),
        generator("--out is a file", out: "p.json", code: 73, ["p.json", "is not a directory"]),
        generator("--out is nothing", out: "", code: 73, ["--out"]),
        generator("--out cannot be made", out: "/proc/none", code: 73, ["/proc/none", "cannot be created"]),
        generator("--out cannot be written to", out: "/proc/self", code: 73, ["/proc/self", "cannot be written"]),
        generator("records are there", ["--records", "p.json"], code: 73, ["p.json", "already exists"]),
        Row(
            name: "option missing", program: "sml-loadgen", arguments: ["--config", "c.json"], code: 64,
            says: ["--prompts"], isParserError: true),
    ]

    @Test(arguments: sml + loadgen)
    func isRefused(row: Row) async throws {
        let scratch = try Scratch()
        for (name, text) in row.files { try scratch.write(name, text, mode: name == "key" ? 0o644 : 0o600) }
        let before = scratch.contents
        let run = try await Program.run(row.program, row.arguments, in: scratch, input: row.input)
        #expect(run.code == row.code, "\(run.errors)")
        #expect(run.output.isEmpty)
        let lines = run.errors.split(separator: "\n")
        if row.isParserError {
            #expect(run.errors.hasPrefix("Error: "))
        } else {
            #expect(lines.count == 1, "\(run.errors)")
            #expect(run.errors.hasPrefix(row.program))
        }
        for text in row.says { #expect(run.errors.contains(text), "no \(text) in: \(run.errors)") }
        #expect(!run.errors.contains("secret"))
        // An empty directory may stay: the generator makes --out, the laptop command runs/.
        let left = scratch.contents.filter { !before.contains($0) && $0 != "out" && $0 != "runs" }
        #expect(left.isEmpty)
    }

    /// Odd but accepted: a warning, or nothing at all.
    @Test(arguments: [
        (config: good.replacingOccurrences(of: "\"1s\"", with: "1000"), prompts: Scratch.prompts, warns: true),
        (good, "\u{FEFF}" + Scratch.prompts, false),
        (good.replacingOccurrences(of: "\"prompt_seed\": 1", with: "\"prompt_seed\": -7"), Scratch.prompts, false),
        (good, "{\"content\": \"x\"}\n{\"content\": \"y\", \"label\": \"b\"}\n", false),
    ])
    func isAccepted(config: String, prompts: String, warns: Bool) async throws {
        let scratch = try Scratch()
        try scratch.write("c.json", config)
        try scratch.write("p.json", prompts)
        let run = try await Program.run(
            "sml-loadgen", ["--config", "c.json", "--prompts", "p.json", "--out", "out", "--quiet", "--no-test-request"], in: scratch)
        // Nobody listens there.
        #expect(run.code == 5)
        #expect(run.errors.hasPrefix("sml-loadgen: warning: c.json: ") == warns, "\(run.errors)")
        #expect(warns || run.errors == "sml-loadgen: none of the requests succeeded\n")
        #expect(scratch.contents.contains("out/summary.json"))
    }
}
