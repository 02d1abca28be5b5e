// Several runs of one plan by one command, held against the endpoint's own log.

import Base
import Foundation
import Metrics
import Statistics
import Testing

@Suite struct RepeatTests {
    private static let scenario = """
        {"executor": "poisson-arrival-rate", "rate": 60, "duration": "2s", "preAllocatedVUs": 30, "maxVUs": 30, "think_time": "0"}
        """

    private static func repeats(_ directory: String) throws -> JSON {
        try #require(JSON.parse(Array(try Data(contentsOf: URL(filePath: "\(directory)/repeats.json"))))["repeats"])
    }

    @Test func threeRunsOfOnePlan() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "20ms", "--time-per-token", "1ms"], in: scratch)
        let files = try scratch.stage(Self.scenario, server: endpoint.url, members: #""replicas": 2"#)
        let run = try await Program.run("sml-loadgen", files + ["--repeat", "3"], in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        let log = try await endpoint.stop()
        let runs = try (1...3).map { try Results(directory: scratch.file("out/run-\($0)")) }
        #expect(runs.reduce(0) { $0 + $1.requests.count } == log.count && log.count > 200)
        // Nothing of one run is in flight when the next begins, and each has connections of its own.
        #expect(runs.allSatisfy { $0.interrupted.isEmpty && $0.outcome?.kind == .completed })
        let connections = runs.map { $0.count("sml", "connections", "opened") }
        #expect(connections.reduce(0, +) == Set(log.map(\.connection)).count)
        // Other instants, other prompts, other labels.
        #expect(Set(runs.map { $0.requests.map(\.scheduled).sorted() }).count == 3)
        #expect(runs.map { $0.summary[path: "sml", "run", "plan", "prompt_seed"]?.integer } == [1, 2, 3])
        #expect(runs.map { $0.summary[path: "sml", "run", "run_label"]?.text } == ["test_run1", "test_run2", "test_run3"])

        let repeats = try Self.repeats(scratch.file("out"))
        let medians = runs.map { $0.summary[path: "sml", "windows", "steady", "latency_ms", "p50", "value"]?.number ?? .nan }
        #expect(repeats["runs"]?.elements.map { $0[path: "latency_ms", "p50"]?.number } == medians)
        #expect(repeats["runs"]?.elements.map { $0["arrival_seed"]?.integer } == [1, 2, 3])
        let counted = zip(medians, repeats["runs"]?.elements ?? []).filter { $1["left_out"] == .null }.map(\.0)
        let between = repeats[path: "between", "latency_ms", "p50"]
        #expect(between?["runs"]?.integer.map(Int.init) == counted.count)
        if let interval = BetweenRuns.interval(counted) {
            #expect(between?["value"]?.number == interval.value && between?["high"]?.number == interval.high)
        }
        #expect(run.output.hasPrefix("=== LLM Load Test: 3 of 3 runs of one plan ===\n") && run.output.contains(" per replica\n"))
        #expect(run.errors.contains("sml-loadgen: run 2 of 3 begins\n") && run.errors.contains("summary of all runs: "))

        // As a job has it: where it was called, and nowhere else.
        let here = ["--config", scratch.file("out.json"), "--prompts", scratch.file("prompts.json"), "--out", ".", "--repeat", "3"]
        for (records, code) in [("records.smlrec", Int32(73)), ("elsewhere/records.smlrec", 64)] {
            let run = try await Program.run(
                "sml-loadgen", here + ["--records", records], in: scratch, directory: scratch.file("out"))
            #expect(run.code == code, "\(run.errors)")
        }

        // A measurement is never overwritten, and nothing is sent to find that out.
        let again = try await Program.run("sml-loadgen", files + ["--repeat", "3"], in: scratch)
        #expect(again.code == 73 && again.errors.contains("repeats.json: already exists"), "\(again.errors)")
    }

    @Test func aSignalEndsTheRunAndThoseAfterIt() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "20ms", "--time-per-token", "1ms"], in: scratch)
        let files = try scratch.stage(Self.scenario, server: endpoint.url)
        let program = try Program("sml-loadgen", files + ["--repeat", "5", "--duration", "3s"], in: scratch)
        try await eventually("the second run") { program.errors.contains("run 2 of 5 begins") }
        let before = endpoint.entriesSoFar.count
        try await eventually("its requests") { endpoint.entriesSoFar.count > before + 10 }
        program.signal(SIGTERM)
        #expect(try await program.end(within: 10) == 105, "\(program.errors)")
        _ = try await endpoint.stop()
        #expect(try Results(directory: scratch.file("out/run-2")).outcome?.kind == .interrupted)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out/run-3")))
        let repeats = try Self.repeats(scratch.file("out"))
        #expect(repeats["asked"]?.integer == 5)
        #expect(repeats["runs"]?.elements.map { $0["outcome"]?.text } == ["completed", "interrupted"])
        #expect(program.output.contains("run 2 is left out: it was interrupted (SIGTERM)\n"))
    }

    @Test(arguments: ["0", "-1", "101", "x", "2.5"]) func aNumberThatIsNoneIsRefused(text: String) async throws {
        let scratch = try Scratch()
        for program in [["loadtest", "local"], ["loadtest", "run", "--partition", "p", "--dry-run"]] {
            let run = try await Program.run("sml", program + ["--repeat=\(text)"], in: scratch)
            #expect(run.code == 64 && run.errors.contains("--repeat"), "\(run.errors)")
            if Int(text) != nil { #expect(run.errors.contains("expected a whole number from 1 to 100"), "\(run.errors)") }
        }
        #expect(scratch.contents.isEmpty)
    }

    @Test func aBrokenPlanLeavesNothing() async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            "sml",
            ["loadtest", "local", "--repeat", "2", "--loadtest-server-url", "http://127.0.0.1:1", "--loadtest-model", "m", "--out", "out"],
            in: scratch)
        #expect(run.code == 69, "\(run.errors)")
        #expect(scratch.contents.isEmpty, "\(scratch.contents)")
    }
}
