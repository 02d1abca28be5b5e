// Searches for a server's capacity by whole processes, against the endpoint's own log.

import Base
import Foundation
import Metrics
import Testing

@Suite struct CapacityTests {
    /// Eight places of half a second each: 16 a second at most.
    private static let server = ["--ttft", "500ms", "--time-per-token", "0", "--max-batch", "8"]
    private static let corpus =
        "[" + (0..<400).map { #"{"label": "p", "max_tokens": 4, "content": "prompt number \#($0) of the corpus"}"# }.joined(separator: ",")
        + "]"

    private static func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("prompts.json", corpus)
        try scratch.write(
            "scenarios/open.yaml",
            "executor: poisson-arrival-rate\nrate: 4\nduration: 2s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n")
        try scratch.write("scenarios/users.yaml", "executor: constant-vus\nvus: 2\nduration: 2s\nthink_time: 0\ngracefulStop: 5s\n")
        return scratch
    }

    private static func words(_ url: String, _ more: [String], scenario: String = "open") -> [String] {
        [
            "loadtest", "capacity", "--local", "--loadtest-scenario", scenario, "--loadtest-prompts-file", "prompts.json", "--out", "out",
            "--loadtest-server-url", url, "--no-test-request",
        ] + more
    }

    private static func result(_ scratch: Scratch) throws -> CapacityResult {
        try #require(try CapacityResult.read(path: scratch.file("out/capacity.json")))
    }

    /// At half load the server meets the objective, and half load is all that is allowed.
    @Test func theHighestThatIsAllowedIsConfirmed() async throws {
        let scratch = try Self.scratch()
        let endpoint = try await EndpointProcess.start(Self.server + ["--prefix-cache", "1000"], in: scratch)
        let run = try await Program.run(
            "sml",
            Self.words(
                endpoint.url,
                ["--threshold", "e2e_latency_ms: avg<3000", "--max-rate", "8", "--probe", "3s", "--confirm", "8s", "--max-duration", "5m"]),
            in: scratch, within: 200)
        let log = try await endpoint.stop()
        let found = try Self.result(scratch)
        // A machine that stops the generator for seconds is said to, and nothing is confirmed.
        #expect(
            run.code == 0 && found.state == .confirmedAtMaximum && found.confirmed == 8
                || run.code == 4 && found.state == .generatorLimited,
            "\(run.code) \(run.output) \(run.errors)")
        #expect(found.probes[0].asked == 4 && found.probes.allSatisfy { $0.decision == .met || $0.decision == .void })
        // Every request is some probe's, each a run of its own with its records, and none begins while the one before goes on.
        let probes = try found.probes.map { try Results(directory: scratch.file("out/probe-\($0.number)")) }
        #expect(probes.reduce(0) { $0 + $1.requests.count } == log.count && log.count > 30)
        #expect(found.probes.map(\.summary) == found.probes.map { "probe-\($0.number)/summary.json" })
        #expect(probes.allSatisfy { $0.interrupted.isEmpty })
        // No prompt is sent twice, by any of them: the server says so, and so does the result.
        #expect(log.count <= 400 && found.probes.allSatisfy { $0.repeatedShare == 0 && $0.cachedShare == 0 })
        #expect(Set(probes.map { $0.summary[path: "sml", "run", "run_label"]?.text }).count == probes.count)
        if let confirmation = found.confirmation {
            let bound = try #require(confirmation.objectives.first?.bound)
            #expect(bound < 3_000 && bound > confirmation.objectives[0].figure?.value ?? .infinity)
            #expect(run.output.contains("8/s confirmed, the highest that was allowed") && confirmation.objectives.count == 2)
        }
        #expect(run.errors.contains("sml-loadgen: probe 1, 4/s; nothing is known yet; at most "))
        let shown = try await Program.run("sml", ["loadtest", "summarize", "out/capacity.json"], in: scratch)
        #expect(shown.code == 0 && shown.output == found.textBlock(color: false))
        // A measurement is never overwritten.
        let again = try await Program.run("sml", Self.words(endpoint.url, ["--threshold", "e2e_latency_ms: avg<3000"]), in: scratch)
        #expect(again.code == 73 && again.errors.contains("already exists"), "\(again.errors)")
    }

    /// Users of a server behind nginx: each probe is a run over HTTP/2, and says so.
    @Test func overHTTPSAndHTTP2() async throws {
        let front = try await NginxFront.start(["--ttft", "200ms", "--time-per-token", "0", "--max-batch", "8"])
        try front.scratch.write("prompts.json", Self.corpus)
        try front.scratch.write(
            "scenarios/users.yaml", "executor: constant-vus\nvus: 4\nduration: 2s\nthink_time: 0\ngracefulStop: 5s\n")
        let run = try await Program.run(
            "sml",
            Self.words(
                "https://localhost:\(front.http2)",
                ["--threshold", "e2e_latency_ms: avg<3000", "--max-users", "4", "--probe", "2s", "--confirm", "6s"], scenario: "users"),
            in: front.scratch, environment: front.authority, within: 200)
        let found = try Self.result(front.scratch)
        let log = try await front.stop()
        #expect(
            run.code == 0 && found.state == .confirmedAtMaximum && found.confirmed == 4
                || run.code == 4 && found.state == .generatorLimited,
            "\(run.code) \(run.output) \(run.errors)")
        let probes = try found.probes.map { try Results(directory: front.scratch.file("out/probe-\($0.number)")) }
        #expect(probes.count >= 2 && probes.reduce(0) { $0 + $1.requests.count } == log.count && log.count > 30)
        for probe in probes {
            let kinds = probe.summary[path: "sml", "connections", "opened_to"]?.elements ?? []
            #expect(!kinds.isEmpty && kinds.allSatisfy { $0["alpn"]?.text == "h2" && $0["http_version"]?.text == "HTTP/2.0" }, "\(kinds)")
        }
    }

    /// Nearly twice the 80 a second that the server can do: the guard ends the probe within seconds, and what is left behind is waited for.
    @Test func anOverloadedServerIsLeft() async throws {
        let scratch = try Self.scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "100ms", "--time-per-token", "0", "--max-batch", "8"], in: scratch)
        let run = try await Program.run(
            "sml",
            Self.words(
                endpoint.url,
                [
                    "--threshold", "e2e_latency_ms: p(95)<300", "--start-rate", "150", "--min-rate", "120", "--probe", "20s", "--confirm",
                    "20s",
                ]),
            in: scratch, within: 200)
        let log = try await endpoint.stop()
        let found = try Self.result(scratch)
        #expect(run.code == 99 && found.state == .noneConfirmed && found.lowestRefused == 120, "\(run.output) \(run.errors)")
        let first = try #require(found.probes.first)
        let overload = try #require(first.overload, "\(run.output)")
        #expect(first.decision == .overloaded && overload.last > 2 * overload.first && first.cutOff > 0)
        // 26 s of it were asked for.
        #expect(overload.at < 26 && overload.leftAfter < 10)
        // The one request that asks whether the server is back is answered after all that was left behind.
        let second = try Results(directory: scratch.file("out/probe-2"))
        #expect(second.summary[path: "sml", "run", "test_request", "tries"]?.integer == 1)
        // Nothing of a probe is lost: what was answered and what was given up have records.
        #expect(log.count > found.probes.reduce(0) { $0 + $1.cutOff })
        #expect(run.output.contains("none confirmed, 120/s refused\n"), "\(run.output)")
    }

    @Test func aSignalLeavesWhatIsKnown() async throws {
        let scratch = try Self.scratch()
        let endpoint = try await EndpointProcess.start(Self.server, in: scratch)
        let program = try Program(
            "sml",
            Self.words(
                endpoint.url,
                ["--threshold", "e2e_latency_ms: avg<3000", "--start-users", "2", "--max-users", "6", "--probe", "2s", "--confirm", "60s"],
                scenario: "users"), in: scratch)
        try await eventually(within: 60, "the second probe") { program.errors.contains("sml-loadgen: probe 2, ") }
        let before = endpoint.entriesSoFar.count
        try await eventually("its requests") { endpoint.entriesSoFar.count > before }
        // After each probe, so that a kill would have left as much.
        #expect(try Self.result(scratch).state == .searching)
        program.signal(SIGTERM)
        #expect(try await program.end(within: 20) == 105, "\(program.errors)")
        _ = try await endpoint.stop()
        let found = try Self.result(scratch)
        #expect(found.state == .stopped && found.reason == "SIGTERM" && found.load == .users)
        #expect(found.probes.count == 2 && found.probes[1].decision == .void)
        #expect(program.output.contains("none confirmed before it was stopped"), "\(program.output)")
    }

    @Test(arguments: [
        ([], "there is nothing that the server must come up to; give --threshold"),
        (["--threshold", "http_reqs: count>5"], "no load can be confirmed to meet this"),
        (["--threshold", "http_reqs: rate>5"], "is not a figure of single requests"),
        (
            ["--slo", "e2e=1s", "--min-users", "5"],
            "--min-users: scenario \"open\" (poisson-arrival-rate) has a rate and no users; use --min-rate"
        ),
        (["--slo", "e2e=1s", "--min-rate", "9", "--max-rate", "8"], "is more than the most"),
        (["--slo", "e2e=1s", "--confidence", "95"], "--confidence: 95.0 is not accepted; expected a number from 0.5 to 0.9999"),
        (["--slo", "e2e=1s", "--probe", "75"], "--probe: \"75\" is not accepted"),
        (["--slo", "e2e=1s", "--repeat", "2"], "--repeat: a search is run once"),
        (["--slo", "e2e=1s", "--loadtest-nodes", "2"], "--loadtest-nodes: a search runs on one node"),
        (["--slo", "e2e=1s", "--max-duration", "1m"], "has no time for a probe"),
    ]) func whatIsWrongIsSaidBeforeAnythingIsSent(more: [String], message: String) async throws {
        let scratch = try Self.scratch()
        let run = try await Program.run("sml", Self.words("http://127.0.0.1:9", more), in: scratch, within: 20)
        #expect([64, 104].contains(run.code) && run.errors.contains(message), "\(run.code) \(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out")))
    }
}
