// Ends that SLURM alone decides: a job that does not stop at its limit, that runs out of memory, that has to make room.
// And what a person sees at a terminal meanwhile.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct SlurmEndTests {
    /// A generator that does not end when it is told is killed, some seconds after the limit (`KillWait`).
    @Test func aJobThatDoesNotStopReachesItsLimit() async throws {
        let bed = try await SlurmBed.shared.value
        let scratch = try Scratch()
        let run = try await SlurmRun(seconds: 3, image: try await Self.hangingImage(bed, scratch))
        let job = try await run.job()
        let log = "\(bed.home)/.sml/loadtest_runs/logs/\(job)/loadtest.out"
        try await eventually(within: 120, "the generator is started") {
            (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\nhanging\n") == true
        }
        // As if its limit, a minute at least, were over. SLURM looks every 30 s.
        try await bed.administer("scontrol", ["update", "jobid=\(job)", "endtime=now"], in: scratch)
        #expect(try await run.program.end(within: 300) == 111, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) reached its time limit\n"))
        #expect(run.program.errors.contains("no summary in "))
        let accounted = try await bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "State"], in: scratch)
        #expect(accounted == "TIMEOUT\n")
        _ = try await run.endpoint.stop()
    }

    /// Our image with another program in the generator's place.
    private static func hangingImage(_ bed: SlurmBed, _ scratch: Scratch) async throws -> String {
        let root = scratch.file("root")
        let unpacked = try await Program.run("/usr/bin/unsquashfs", ["-quiet", "-no-progress", "-dest", root, bed.image], in: scratch)
        try #require(unpacked.code == 0, "\(unpacked.errors)")
        let program = "\(root)/usr/bin/sml-loadgen"
        try FileManager.default.removeItem(atPath: program)
        try Data("#!/bin/sh\ntrap '' TERM\necho hanging\nwhile :; do sleep 1; done\n".utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let image = "\(bed.directory)/hanging.sqsh"
        let packed = try await Program.run(
            "/usr/bin/mksquashfs", [root, image, "-quiet", "-no-progress", "-comp", "gzip"], in: scratch, within: 120)
        try #require(packed.code == 0, "\(packed.errors)")
        return image
    }

    /// The test request's end is the job's and the command's, with the server's words out of the job's log.
    @Test func aKeyThatIsRefusedEndsTheJobAndTheCommandAlike() async throws {
        let run = try await SlurmRun(seconds: 3, endpointOptions: ["--fail", "status=401:1"], extra: ["--test-request"])
        let job = try await run.job()
        #expect(try await run.program.end(within: 180) == 77, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) ended with 77: the plan was not begun, because the server refused the key\n"))
        #expect(run.program.errors.contains("a test request failed: HTTP 401 from "), "\(run.program.errors)")
        #expect(try await run.endpoint.stop().count == 1)
    }

    /// Half of the arrivals find no user free, so that the tail of the figures is missing: INVALID. Its code is the generator's, the
    /// step's, the job's and the command's; each of two runs is judged, and all of both comes home.
    @Test func aRunThatIsNotValidEndsTheCommandWith4() async throws {
        let run = try await SlurmRun(
            seconds: 4, endpointOptions: ["--ttft", "2s", "--time-per-token", "0"], extra: ["--require-valid", "--repeat", "2"])
        let job = try await run.job()
        #expect(try await run.program.end(within: 180) == 4, "\(run.program.errors)")
        let errors = run.program.errors
        #expect(errors.contains("sml: job \(job) ended with 4: the run measured its generator: its verdict is INVALID\n"), "\(errors)")
        let summaries = errors.split(separator: "\n").filter { $0.hasPrefix("Summary: ") }.map { String($0.dropFirst(9)) }
        let records = errors.split(separator: "\n").filter { $0.hasPrefix("Records: ") }.map { String($0.dropFirst(9)) }
        try #require(summaries.count == 2 && records.count == 2, "\(errors)")
        let results = try zip(summaries, records).map { try Results(summary: $0, records: $1) }
        for one in results {
            #expect(one.summary[path: "sml", "verdict", "level"] == .string("INVALID") && !one.dropped.isEmpty)
            #expect(one.outcome?.kind == .completed)
        }
        #expect(try await run.endpoint.stop().count == results.reduce(0) { $0 + $1.requests.count })
        #expect(run.program.output.contains("=== LLM Load Test: 2 of 2 runs of one plan ==="))
        let accounted = try await run.bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "State,ExitCode"], in: run.scratch)
        #expect(accounted == "FAILED|4:0\n")
    }

    /// SLURM knows it of the step only; the job it calls failed.
    @Test(.enabled(if: SlurmBed.limitsMemory, "no memory controller of cgroup version 1"))
    func aJobThatNeedsMoreMemoryThanItHasIsSaid() async throws {
        // Unpacks the image, which needs more memory than what follows is given.
        let first = try await SlurmRun(seconds: 1)
        #expect(try await first.program.end(within: 120) == 0, "\(first.program.errors)")
        _ = try await first.endpoint.stop()

        let content = String(repeating: "word ", count: 200_000)
        let corpus = try JSONEncoder().encode((0..<80).map { ["label": "l\($0)", "content": content] })
        let run = try await SlurmRun(
            seconds: 3, corpus: String(decoding: corpus, as: UTF8.self), environment: ["SBATCH_MEM_PER_NODE": "48M"])
        let job = try await run.job()
        #expect(try await run.program.end(within: 120) == 114, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) ran out of memory"))
        _ = try await run.endpoint.stop()
    }

    @Test func aPreemptedRunLeavesItsPartialSummary() async throws {
        let run = try await SlurmRun(seconds: 300, partition: "node1")
        let job = try await run.job()
        try await run.sends()
        let script = try run.scratch.write("urgent.sh", "#!/bin/bash\nsleep 1\n", mode: 0o644)
        let urgent = try run.bed.start(
            ["sbatch", "--partition=urgent", "--nodelist=\(run.bed.nodeNames[0])", "--cpus-per-task=4", "--time=1", "--output=/dev/null"],
            in: run.scratch, input: try String(contentsOfFile: script, encoding: .utf8))
        #expect(try await urgent.end() == 0, "\(urgent.errors)")
        #expect(try await run.program.end(within: 120) == 115, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) was preempted by another job"))
        try await run.isInterrupted(run.program.errors)
    }

    @Test func aTerminalShowsOneLineThatStaysCurrent() async throws {
        let bed = try await SlurmBed.shared.value
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let terminal = try bed.startAtTerminal(
            try SlurmRun.arguments(bed, seconds: 14, image: bed.image, endpoint: endpoint.url)
                + ["--no-loadtest-metrics-remote-write"])
        // The generator writes a line every ten seconds where it has no terminal.
        try await terminal.shows(/\r\u{1B}\[Kjob \d+: RUNNING for 00:00:\d\d \| running 10/)
        let end = try await terminal.end(within: 60)
        #expect(end.code == 0, "\(terminal.screen)")
        let parts = terminal.screen.components(separatedBy: "\r\u{1B}[K")
        let redraws = parts.filter { $0.hasPrefix("job ") && $0.contains(" for 00:") }
        // The log is read at every other look.
        #expect(redraws.count >= 3)
        #expect(redraws.allSatisfy { $0.count < 80 && !$0.contains("\n") }, "\(redraws)")
        // Taken away before the result.
        #expect(parts.last?.hasPrefix("sml: job ") == true && parts.last?.contains("=== LLM Load Test Summary ===") == true)
        _ = try await endpoint.stop()
    }
}
