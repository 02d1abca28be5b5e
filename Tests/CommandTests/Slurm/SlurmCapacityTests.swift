// `sml loadtest capacity` as one job on a real SLURM: the search runs inside of it, and what it found comes home, also half-way.

import Foundation
import Metrics
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct SlurmCapacityTests {
    private struct Started {
        var bed: SlurmBed
        var scratch: Scratch
        var endpoint: EndpointProcess
        var program: Program

        func values(_ prefix: String) -> [String] {
            program.errors.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
    }

    private func start(_ extra: [String]) async throws -> Started {
        let bed = try await SlurmBed.shared.value
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "500ms", "--time-per-token", "0", "--max-batch", "8"], in: scratch)
        var words = try SlurmRun.arguments(bed, seconds: 3, image: bed.image, endpoint: endpoint.url)
        words[2] = "capacity"
        words += [
            "--threshold", "e2e_latency_ms: avg<3000", "--start-rate", "4", "--max-rate", "8", "--no-loadtest-metrics-remote-write",
        ]
        return Started(
            bed: bed, scratch: scratch, endpoint: endpoint, program: try bed.start(words + extra, in: scratch, environment: [:]))
    }

    @Test func oneJobFindsIt() async throws {
        let run = try await start(["--probe", "3s", "--confirm", "8s"])
        let code = try await run.program.end(within: 240)
        let errors = run.program.errors
        let log = try await run.endpoint.stop()
        let path = try #require(run.values("Capacity: ").first, "\(errors)")
        let found = try #require(try CapacityResult.read(path: path))
        // 4 where the machine did not let the generator run: then nothing is confirmed, and all of it is home all the same.
        #expect(code == 0 && found.state == .confirmedAtMaximum && found.confirmed == 8 || code == 4, "\(code) \(errors)")
        #expect(run.program.output.contains("=== Capacity: load3 (constant-arrival-rate) ==="))
        let records = run.values("Records: ")
        #expect(records.count == found.probes.count && run.values("Job submitted: ").count == 1, "\(errors)")
        let directory = (try #require(records.first) as NSString).deletingLastPathComponent
        let results = try zip(found.probes, records).map { try Results(summary: "\(directory)/\($0.summary)", records: $1) }
        #expect(results.reduce(0) { $0 + $1.requests.count } == log.count)
        let listed = try await run.bed.sml(["loadtest", "list"], in: run.scratch)
        #expect(listed.output.contains("capacity \(found.state.rawValue)"), "\(listed.output)")
    }

    @Test func theTimeLimitLeavesWhatIsKnown() async throws {
        let run = try await start(["--probe", "3s", "--confirm", "300s"])
        try await eventually(within: 120, "the second probe") {
            try #require(run.program.process.isRunning, "\(run.program.errors)")
            return run.endpoint.entriesSoFar.count > 25
        }
        let job = try #require(run.values("Job submitted: ").first)
        // As if the limit were over. SLURM looks every 30 s.
        try await run.bed.administer("scontrol", ["update", "jobid=\(job)", "endtime=now"], in: run.scratch)
        #expect(try await run.program.end(within: 300) == 111, "\(run.program.errors)")
        _ = try await run.endpoint.stop()
        let path = try #require(run.values("Capacity: ").first, "\(run.program.errors)")
        let found = try #require(try CapacityResult.read(path: path))
        #expect([.stopped, .searching].contains(found.state) && found.confirmed == nil && found.probes.first?.asked == 4)
        #expect(run.program.output.contains("  capacity     n"), "\(run.program.output)")
        #expect(run.values("Records: ").count >= found.probes.count, "\(run.program.errors)")
    }
}
