// `sml loadtest local` and the programs it starts live, stop and end together.

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite struct StartedProgramsTests {
    /// A local run, and everybody with its mark in the environment.
    private struct Family {
        let scratch: Scratch
        let program: Program
        let mark: String

        init(duration: String) async throws {
            scratch = try Scratch()
            let value = UUID().uuidString
            mark = "SML_TEST_MARK=\(value)"
            program = try Program(
                "sml",
                [
                    "loadtest", "local", "--loadtest-scenario", "open_loop", "--loadtest-duration", duration, "--out",
                    scratch.file("out"), "--endpoint-arguments", "--ttft 50ms --time-per-token 0", "--quiet",
                ], in: scratch, environment: ["SML_TEST_MARK": value])
            try await eventually("records of requests") { requests > 0 }
        }

        /// Finished ones in the records file; it is written every second.
        var requests: Int {
            var count = 0
            try? RecordFileReader(path: scratch.file("out/records.smlrec")).forEachBatch {
                count += $0.count { $0.kind == .request }
            }
            return count
        }

        var members: [Int32] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.filter { id in
                (try? Data(contentsOf: URL(filePath: "/proc/\(id)/environ"))).map {
                    String(decoding: $0, as: UTF8.self).contains(mark)
                } ?? false
            }
        }

        /// The state letters of all members.
        var states: Set<Character> {
            Set(
                members.compactMap { id in
                    let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
                    return stat.components(separatedBy: ") ").last?.first
                })
        }
    }

    /// Nobody is left to show a result to; the summary is there all the same.
    @Test func killingSmlEndsTheRunAndTheEndpoint() async throws {
        let family = try await Family(duration: "60s")
        #expect(family.members.count == 3)
        family.program.signal(SIGKILL)
        #expect(try await family.program.end() == 128 + SIGKILL)
        try await eventually(within: 15, "children end") { family.members.isEmpty }
        let results = try Results(directory: family.scratch.file("out"))
        #expect(results.summary[path: "sml", "outcome", "kind"] == .string("interrupted"))
        #expect(results.summary[path: "sml", "outcome", "reason"] == .string("the program that started it ended"))
        #expect(results.requests.count > 0 && results.outcome?.kind == .interrupted)
    }

    /// Ctrl-Z: the load pauses with the command, and the pause is in the result.
    @Test func stoppingSmlStopsTheLoad() async throws {
        let family = try await Family(duration: "5s")
        family.program.signal(SIGTSTP)
        try await eventually("all are stopped") { family.states == ["T"] }
        #expect(family.members.count == 3)
        let before = family.requests
        // The pause itself.
        try await Task.sleep(for: .milliseconds(1500))
        #expect(family.requests == before && family.states == ["T"])
        family.program.signal(SIGCONT)
        #expect(try await family.program.end(within: 30) == 0, "\(family.program.errors)")
        let results = try Results(directory: family.scratch.file("out"))
        #expect((results.requests.map { $0.started - $0.scheduled }.max() ?? 0) > 1_000_000_000)
        try await eventually(within: 5, "children end") { family.members.isEmpty }
    }

    /// A user who kills a paused `sml` must not leave two programs stopped for ever.
    @Test func killingAStoppedSmlEndsAll() async throws {
        let family = try await Family(duration: "60s")
        family.program.signal(SIGTSTP)
        try await eventually("all are stopped") { family.states == ["T"] }
        family.program.signal(SIGKILL)
        try await eventually(within: 15, "children end") { family.members.isEmpty }
        #expect(FileManager.default.fileExists(atPath: family.scratch.file("out/summary.json")))
    }

    /// What is gone already counts as ended.
    @Test func aRunForAProcessThatIsGoneEndsAtOnce() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let gone = try Program("/bin/true", [], in: scratch)
        _ = try await gone.end()
        let files = try scratch.stage(#"{"executor": "constant-vus", "vus": 1, "duration": "60s"}"#, server: endpoint.url)
        let run = try await Program.run(
            "sml-loadgen", files + ["--quiet", "--while-process", "\(gone.processID)"], in: scratch)
        #expect(run.code == 105, "\(run.errors)")
        let server = try await Program.run("sml-endpoint", ["--while-process", "\(gone.processID)"], in: scratch)
        #expect(server.code == 0)
        _ = try await endpoint.stop()
    }
}
