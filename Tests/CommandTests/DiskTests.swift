// Disks that are full or become so: found before the first request where that is possible, otherwise the measurement
// goes on and its summary goes to stdout.

import Foundation
import Generator
import Metrics
import Testing

@Suite(.serialized) struct DiskTests {
    private static let scenario = #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "2s", "preAllocatedVUs": 20}"#

    /// Files of a run against a fresh endpoint.
    private func stage(_ scratch: Scratch, _ endpoint: EndpointProcess) throws -> [String] {
        let config = try scratch.write(
            "c.json", Scratch.configuration(server: endpoint.url, scenario: Self.scenario, members: #""think_time": "0""#))
        return [
            "--config", config, "--prompts", try scratch.write("p.json", Scratch.prompts), "--out", scratch.file("out"),
            "--no-test-request",
        ]
    }

    /// With `ulimit -f`, in blocks of 1,024 bytes: a write beyond it fails, as on a full disk, without needing root.
    private func limited(
        _ scratch: Scratch, blocks: Int, _ arguments: [String]
    ) async throws -> (code: Int32, output: String, errors: String) {
        try await Program.run(
            "/bin/bash", ["-c", "ulimit -f \(blocks); exec \"$0\" \"$@\"", Program.path("sml-loadgen")] + arguments,
            in: scratch)
    }

    @Test func noRoomForTheResultIsFoundBeforeTheFirstRequest() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let run = try await limited(scratch, blocks: 100, stage(scratch, endpoint))
        #expect(run.code == 73)
        #expect(run.errors.contains("out: 256 kB for the result cannot be written"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(try await endpoint.stop().isEmpty)
        #expect(!scratch.contents.contains("out/summary.json"))
    }

    /// The records file outgrows the limit in mid-run; the summary, smaller, does not.
    @Test func recordsThatStopFittingEndNothing() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        var arguments = try stage(scratch, endpoint)
        let fast = Self.scenario.replacingOccurrences(of: "\"rate\": 20", with: "\"rate\": 2000")
        try scratch.write(
            "c.json", Scratch.configuration(server: endpoint.url, scenario: fast, members: #""think_time": "0""#))
        arguments += ["--records", scratch.file("out/records.smlrec")]
        let run = try await limited(scratch, blocks: 340, arguments)
        #expect(run.code == 73, "\(run.errors)")
        #expect(run.errors.contains("warning: no more records are kept: \(scratch.file("out/records.smlrec"))"))
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        #expect(results.count("sml", "counts", "finished") == log.count)
        #expect(results.records.count > 1000 && results.requests.count < log.count)
    }

    /// The directory is taken away while the run goes on.
    @Test func aSummaryThatCannotBeWrittenGoesToStdout() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let program = try Program("sml-loadgen", stage(scratch, endpoint), in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 5 }
        try FileManager.default.removeItem(atPath: scratch.file("out"))
        #expect(try await program.end(within: 20) == 73)
        #expect(program.errors.contains("the summary follows on stdout"))
        let summary = try Summary(jsonData: Array(program.output.utf8), path: "stdout").document
        let log = try await endpoint.stop()
        #expect(summary[path: "sml", "counts", "finished"]?.integer.map(Int.init) == log.count)
        #expect(log.count == 40)
    }

    /// A file system of its own, which only root can make: full from the start, then read-only.
    @Test(.enabled(if: getuid() == 0, "mounts a file system"))
    func fullAndReadOnlyFileSystems() async throws {
        let scratch = try Scratch()
        let disk = scratch.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        let mounted = try await Program.run("/bin/mount", ["-t", "tmpfs", "-o", "size=128k", "none", disk], in: scratch)
        // Containers may be root without being allowed to.
        guard mounted.code == 0 else { return print("no tmpfs here: \(mounted.errors)") }
        defer { umount(disk) }
        let endpoint = try await EndpointProcess.start(in: scratch)
        var arguments = try stage(scratch, endpoint)
        arguments[5] = disk + "/out"
        let full = try await Program.run("sml-loadgen", arguments, in: scratch)
        #expect(full.code == 73)
        #expect(full.errors.contains("No space left on device"), "\(full.errors)")
        let change = try await Program.run("/bin/mount", ["-o", "remount,ro", disk], in: scratch)
        #expect(change.code == 0)
        arguments[5] = disk + "/other"
        let readOnly = try await Program.run("sml-loadgen", arguments, in: scratch)
        #expect(readOnly.code == 73)
        #expect(readOnly.errors.contains("Read-only file system"), "\(readOnly.errors)")
        #expect(try await endpoint.stop().isEmpty)
    }
}
