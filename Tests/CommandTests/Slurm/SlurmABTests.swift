// `sml loadtest ab` as one job on a real SLURM: both servers loaded by it, each with its own key, and what came of both at home.

import Foundation
import Glibc
import Metrics
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct SlurmABTests {
    private let keys = ["sk-arm-a-0123456789", "sk-arm-b-0123456789"]

    /// The command with two endpoints, and what it left.
    private struct Started {
        var bed: SlurmBed
        var scratch: Scratch
        /// Of the endpoints.
        var places: [Scratch]
        var endpoints: [EndpointProcess]
        var program: Program

        func value(_ prefix: String) throws -> String {
            let line = program.errors.split(separator: "\n").first { $0.hasPrefix(prefix) }
            return String(try #require(line, "\(program.errors)").dropFirst(prefix.count))
        }
    }

    private func start(seconds: Int, _ extra: [String]) async throws -> Started {
        let bed = try await SlurmBed.shared.value
        let scratch = try Scratch()
        let options = ["--ttft", "20ms", "--time-per-token", "1ms"]
        let places = [try Scratch(), try Scratch()]
        let endpoints = [
            try await EndpointProcess.start(options, in: places[0]), try await EndpointProcess.start(options, in: places[1]),
        ]
        var words = try SlurmRun.arguments(bed, seconds: seconds, image: bed.image, endpoint: endpoints[0].url)
        words[2] = "ab"
        // Where the cluster's user can read them.
        let files = try zip(["a", "b"], keys).map { name, key in
            let path = "\(bed.home)/\(name)-\(UUID().uuidString).key"
            try Data("\(key)\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            var home = stat()
            #expect(stat(bed.home, &home) == 0 && chown(path, home.st_uid, home.st_gid) == 0)
            return path
        }
        words += [
            "--a-server-url", endpoints[0].url, "--b-server-url", endpoints[1].url, "--a-api-key-file", files[0], "--b-api-key-file",
            files[1], "--loadtest-model", "org/m", "--b-model", "org/other", "--no-loadtest-metrics-remote-write",
        ]
        return Started(
            bed: bed, scratch: scratch, places: places, endpoints: endpoints,
            program: try bed.start(words + extra, in: scratch, environment: [:]))
    }

    @Test func oneJobLoadsBoth() async throws {
        // Both are asked for their health, here or by the job.
        let run = try await start(seconds: 3, ["--wait-until-healthy"])
        // Three seconds are hardly a verdict.
        let code = try await run.program.end(within: 120)
        #expect([0, 65].contains(code), "\(run.program.errors)")
        let result = try Summary(path: try run.value("Summary: ")).result
        #expect(result.lanes.map(\.name) == ["a", "b"] && result.lanes.map { $0.result.run?.model } == ["org/m", "org/other"])
        #expect(run.program.output.contains("=== Comparison: B against A ==="))
        for (lane, endpoint) in zip(result.lanes, run.endpoints) {
            #expect(lane.result.metrics.count(.succeeded) == 60)
            // One more: the health check.
            #expect(try await endpoint.stop().count == 61)
        }
        // No key in a script, a log or a result; the files of the run that held them are gone.
        let runs = run.bed.home + "/.sml"
        for name in try FileManager.default.subpathsOfDirectory(atPath: runs) {
            let text = FileManager.default.contents(atPath: "\(runs)/\(name)") ?? Data()
            for key in keys { #expect(text.firstRange(of: Data(key.utf8)) == nil, "\(name)") }
        }
    }

    @Test func anArmThatDiesIsSaid() async throws {
        let run = try await start(seconds: 15, [])
        try await eventually(within: 90, "requests at b") {
            try #require(run.program.process.isRunning, "\(run.program.errors)")
            return run.endpoints[1].entriesSoFar.count >= 20
        }
        _ = try await run.endpoints[1].stop()
        #expect(try await run.program.end(within: 120) == 65, "\(run.program.errors)")
        #expect(run.program.errors.contains("its two arms could not be compared"))
        #expect(run.program.output.contains("arm b answered nothing any more from"), "\(run.program.output)")
        let lanes = try Summary(path: try run.value("Summary: ")).result.lanes
        #expect(lanes[0].result.metrics.count(.succeeded) == 300 && lanes[1].result.metrics.count(.succeeded) < 300)
        _ = try await run.endpoints[0].stop()
    }

    @Test func aDryRunShowsNoKey() async throws {
        let run = try await start(seconds: 3, ["--dry-run"])
        #expect(try await run.program.end(within: 60) == 0, "\(run.program.errors)")
        #expect(run.program.output.contains("\"ab\":{\"design\":\"duet\""), "\(run.program.output)")
        for key in keys { #expect(!run.program.output.contains(key) && !run.program.errors.contains(key)) }
    }
}
