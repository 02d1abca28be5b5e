// No threads to be had: said before the run starts, or survived. The limit is one of a user (RLIMIT_NPROC), which does not
// hold for root, so the programs run as somebody who owns nothing else.

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: getuid() == 0, "another user is needed")) struct ThreadTests {
    private static let user = 61_234

    /// A command that may have `threads` of them; nil for as many as it wants.
    private func limited(_ threads: Int?, _ program: String, _ arguments: [String]) -> [String] {
        ["--reuid", "\(Self.user)", "--clear-groups"] + (threads.map { ["prlimit", "--nproc=\($0):\($0)"] } ?? [])
            + [Program.path(program)] + arguments
    }

    /// Files of a run, in a directory that the other user can write to.
    private func stage(_ scratch: Scratch, _ server: String, duration: String) throws -> [String] {
        let files = try scratch.stage(
            #"{"executor": "constant-arrival-rate", "rate": 40, "duration": "\#(duration)", "preAllocatedVUs": 40}"#,
            server: server)
        for name in ["out.json", "prompts.json"] { chmod(scratch.file(name), 0o644) }
        mkdir(scratch.file("out"), 0o777)
        chmod(scratch.file("out"), 0o777)
        return files + ["--workers", "2", "--quiet"]
    }

    /// Whatever the number is, it is an end in a few seconds: with one line, or with a result.
    @Test func everyLimitGivesAnEnd() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        var codes: [Int32] = []
        for threads in 1...14 {
            let files = try stage(scratch, endpoint.url, duration: "1s")
            let run = try await Program.run("/usr/bin/setpriv", limited(threads, "sml-loadgen", files), in: scratch, within: 20)
            codes.append(run.code)
            if run.code == 69 {
                #expect(run.errors.hasPrefix("sml-loadgen: the system gives no more threads (ulimit -u, pids.max of the cgroup)"))
                #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: scratch.file("out/records.smlrec")))
            } else {
                #expect(run.code == 0, "\(threads): \(run.errors)")
                #expect(try Results(directory: scratch.file("out")).requests.count == 40)
            }
            try FileManager.default.removeItem(atPath: scratch.file("out"))
        }
        // Both happen, and in this order.
        #expect(codes == codes.sorted(by: >) && codes.first == 69 && codes.last == 0, "\(codes)")
        _ = try await endpoint.stop()
    }

    /// The others of a cgroup took all while the run went on. What it needs it has.
    @Test(arguments: [true, false]) func noneAreNeededOnceARunGoesOn(signal: Bool) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let files = try stage(scratch, endpoint.url, duration: signal ? "60s" : "8s")
        let program = try Program("/usr/bin/setpriv", limited(nil, "sml-loadgen", files), in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        let limit = try await Program.run(
            "/usr/bin/setpriv",
            ["--reuid", "\(Self.user)", "--clear-groups", "prlimit", "--pid", "\(program.processID)", "--nproc=1:1"], in: scratch)
        #expect(limit.code == 0, "\(limit.errors)")
        if signal { program.signal(SIGTERM) }
        // Dispatch's idle threads end after five seconds; 8 s are more.
        #expect(try await program.end(within: 30) == (signal ? 105 : 0), "\(program.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        #expect(log.count <= results.requests.count + results.interrupted.count)
        if !signal { #expect(results.requests.count == 320) }
    }

    @Test(arguments: ["sml", "sml-endpoint"]) func theOtherProgramsSaySoToo(name: String) async throws {
        let run = try await Program.run("/usr/bin/setpriv", limited(2, name, ["--version"]), in: try Scratch())
        #expect(run.code == 69)
        #expect(run.errors == "\(name): the system gives no more threads (ulimit -u, pids.max of the cgroup)\n")
    }
}
