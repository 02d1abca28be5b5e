// `sml loadtest ab` on this machine, from its options to the comparison, against the endpoints' own logs.

import Base
import Foundation
import Metrics
import Testing

@Suite struct ABTests {
    /// Forty prompts, each asked for once; the tokens of an answer tell its label.
    private static let corpus =
        "[" + (0..<40).map { #"{"label": "p", "max_tokens": 4, "content": "prompt number \#($0) of the corpus"}"# }.joined(separator: ",")
        + "]"

    private let scratch: Scratch
    /// Of the two servers.
    private let places: [Scratch]

    init() throws {
        scratch = try Scratch()
        places = [try Scratch(), try Scratch()]
        try scratch.write("prompts.json", Self.corpus)
        try scratch.write(
            "scenarios/duet.yaml",
            "executor: constant-arrival-rate\nrate: 20\nduration: 2s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\nignore_eos: true\n"
        )
    }

    private func ab(_ arguments: [String], out: String = "out") async throws -> (code: Int32, output: String, errors: String) {
        let run = try await Program.run(
            "sml",
            ["loadtest", "ab", "--local", "--loadtest-scenario", "duet", "--loadtest-prompts-file", "prompts.json", "--out", out]
                + arguments, in: scratch, within: 60)
        return (run.code, run.output, run.errors)
    }

    private func summary(_ out: String = "out") throws -> Summary { try Summary(path: scratch.file("\(out)/summary.json")) }

    /// One run, two servers: each has its own model and limit, each sees every prompt, and each arm's figures are its server's.
    @Test func everySettingReachesItsArm() async throws {
        let a = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "1ms"], in: places[0])
        let b = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "1ms"], in: places[1])
        let keys = [try scratch.write("a.key", "key-a\n"), try scratch.write("b.key", "key-b\n")]
        let run = try await ab([
            "--a-server-url", a.url, "--b-server-url", b.url, "--a-api-key-file", keys[0], "--b-api-key-file", keys[1],
            "--loadtest-model", "common", "--b-model", "other", "--b-max-tokens", "9", "--no-test-request", "--tolerance", "5%",
        ])
        let result = try summary().result
        #expect(result.lanes.map(\.name) == ["a", "b"] && result.lanes.map { $0.result.run?.model } == ["common", "other"])
        let (ofA, ofB) = (try await a.stop(), try await b.stop())
        #expect(ofA.count == 40 && ofB.count == 40 && (ofA + ofB).allSatisfy { $0.status == 200 }, "\(run.errors)")
        #expect(ofA.allSatisfy { $0.completionTokens == 4 } && ofB.allSatisfy { $0.completionTokens == 9 })
        for (lane, log) in zip(result.lanes, [ofA, ofB]) {
            #expect(lane.result.metrics.count(.succeeded) == UInt64(log.count))
            #expect(lane.result.metrics.count(.outputTokens) == UInt64(log.reduce(0) { $0 + $1.completionTokens }))
        }
        // Two seconds are too short for a verdict on latencies, and say so, or for any.
        #expect([0, 65].contains(run.code) && run.output.contains("=== Comparison: B against A ==="), "\(run.output)")
        // Given alone, the run's own comparison is shown again, with a code that says it.
        let again = try await Program.run("sml", ["loadtest", "compare", "out"], in: scratch)
        let document = try #require(result.comparison?.document)
        let words = document["text"]?.elements.compactMap(\.text).joined(separator: "\n") ?? ""
        #expect(again.output == words + "\n" && run.output.contains(words), "\(again)")
        let codes: [String: Int32] = ["no_difference": 0, "b_worse": 1, "b_better": 2, "none": 65]
        #expect(codes[document["verdict"]?.text ?? ""] == again.code)
        #expect(document["tolerance"]?.number == 0.05 && result.run?.tolerance == 0.05)
        // Judged anew, from the records, by another tolerance.
        let with = try await Program.run("sml", ["loadtest", "compare", "out", "--tolerance", "500%", "--json"], in: scratch)
        #expect(try JSON.parse(with.output)["tolerance"]?.number == 5 && [0, 65].contains(with.code), "\(with)")
        let allowing = try await Program.run("sml", ["loadtest", "compare", "out", "--allow", "model"], in: scratch)
        #expect(allowing.code == 64 && allowing.errors.contains("--allow: is for two runs; out holds two arms of one"), "\(allowing)")
        let other = try await Program.run("sml", ["loadtest", "compare", "out", "out"], in: scratch)
        #expect(other.code == 65 && other.errors.contains("holds arms a and b of one run; given alone"), "\(other)")
        // A key is in the run's own configuration and nowhere else.
        for name in scratch.contents where !["a.key", "b.key", "out/run_config.json"].contains(name) {
            let text = FileManager.default.contents(atPath: scratch.file(name)) ?? Data()
            #expect(text.firstRange(of: Data("key-a".utf8)) == nil && text.firstRange(of: Data("key-b".utf8)) == nil, "\(name)")
        }
    }

    /// One server that remembers prompts, loaded by two equal arms: as it is, what the first arm asked the second finds; with
    /// either of the other ways both find as much. Held against what the server says of its cache, not against time.
    @Test(arguments: ["as-is", "warm", "nonce"]) func cacheOfOneServer(cache: String) async throws {
        let server = try await EndpointProcess.start(
            ["--ttft", "10ms", "--time-per-token", "1ms", "--prefix-cache", "1000"], in: scratch)
        let run = try await ab([
            "--a-server-url", server.url, "--design", "aa", "--cache", cache, "--loadtest-model", "m", "--no-test-request", "--quiet",
        ])
        let lanes = try summary().result.lanes
        let shares = lanes.map { $0.result.metrics.number(.cachedShare) ?? -1 }
        try #require(shares.count == 2, "\(run.errors)")
        switch cache {
        case "as-is":
            #expect(shares[1] - shares[0] > 0.5, "\(shares)")
            #expect(run.errors.contains("use --cache warm or --cache nonce"))
        case "warm": #expect(shares.allSatisfy { $0 > 0.7 }, "\(shares)")
        default:
            #expect(shares == [0, 0])
            #expect(lanes.allSatisfy { $0.result.labels.map(\.name) == ["p+nonce"] })
        }
        let log = try await server.stop()
        // The pass that fills the cache is in no figure.
        #expect(lanes.allSatisfy { $0.result.metrics.count(.finished) == 40 })
        #expect(cache == "warm" ? log.count >= 160 : log.count == 80)
    }

    /// A server that is gone in the middle: said, the other's figures kept, no verdict.
    @Test func anArmThatDies() async throws {
        try scratch.write(
            "scenarios/duet.yaml",
            "executor: constant-arrival-rate\nrate: 20\nduration: 5s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n")
        let a = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "1ms"], in: places[0])
        let b = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "1ms"], in: places[1])
        let urls = [a.url, b.url]
        async let running = ab(["--a-server-url", urls[0], "--b-server-url", urls[1], "--loadtest-model", "m", "--no-test-request"])
        try await eventually("requests at b") { b.entriesSoFar.count >= 10 }
        _ = try await b.stop()
        let run = try await running
        #expect(run.code == 65, "\(run.errors)")
        #expect(run.output.contains("NO COMPARISON") && run.output.contains("arm b answered nothing any more from"), "\(run.output)")
        #expect(run.output.contains("--- arm a ---"))
        let lanes = try summary().result.lanes
        #expect(lanes[0].result.metrics.count(.succeeded) == 100)
        #expect(lanes[1].result.metrics.count(.succeeded) < 100 && lanes[1].result.metrics.count(.failed) >= 10)
    }

    @Test func whatCannotBeIsRefused() async throws {
        func refused(_ arguments: [String]) async throws -> String {
            let run = try await ab(arguments)
            #expect(run.code == 64, "\(run.errors)")
            return run.errors
        }
        #expect(try await refused(["--a-server-url", "http://localhost:1"]).contains("the arms are alike"))
        #expect(try await refused(["--b-server-url", "http://localhost:1"]).contains("--a-server-url: is missing"))
        #expect(try await refused(["--a-server-url", "ftp://x", "--b-model", "m"]).contains("--a-server-url"))
        #expect(
            try await refused(["--a-server-url", "http://localhost:1", "--b-request-body", "7"]).contains("expected a JSON object such as"))
        #expect(try await refused(["--find", "3"]).contains("--find: needs one of --pilot and --expect-sd"))
        #expect(try await refused(["--find", "3", "--pilot", "prompts.json"]).contains("--pilot prompts.json"))
        #expect(scratch.contents.contains("out") == false)
        let planned = try await ab(["--find", "3", "--expect-sd", "0.05"])
        #expect(planned.code == 0 && planned.output.contains("any figure") && planned.output.contains(" 25 min"), "\(planned.output)")
        let cluster = try await Program.run("sml", ["loadtest", "ab", "--b-model", "m", "--out", "x"], in: scratch, within: 20)
        #expect(cluster.code == 64 && cluster.errors.contains("--out: needs --local"))
    }
}
