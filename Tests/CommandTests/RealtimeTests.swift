// --realtime on the command line: whether this machine allows it, util-linux's chrt says.

import Foundation
import Testing

@Suite struct RealtimeTests {
    @Test func itIsHadAndRecordedOrRefused() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(
            #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 5}"#, server: endpoint.url)
        let isAllowed = try await Program("/usr/bin/chrt", ["-f", "1", "true"], in: scratch).end() == 0
        let program = try Program("sml-loadgen", files + ["--realtime", "--quiet"], in: scratch)
        let code = try await program.end()
        guard isAllowed else {
            #expect(code == 69 && program.errors.contains("ulimit -r"), "\(program.errors)")
            #expect(try await endpoint.stop().isEmpty)
            return
        }
        #expect(code == 0, "\(program.errors)")
        #expect(try await endpoint.stop().count == 20)
        #expect(try Results(directory: scratch.file("out")).summary[path: "sml", "run", "conditions", "realtime"] == .bool(true))
    }

    /// As for a user without the right to it: nothing is sent, nothing is written.
    @Test func whoMayNotHaveItIsRefusedBeforeTheLoad() async throws {
        guard geteuid() == 0 else { return }
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(
            #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 5}"#, server: endpoint.url)
        let program = try Program(
            "/usr/bin/setpriv",
            ["--bounding-set", "-sys_nice", "--inh-caps", "-sys_nice", Program.path("sml-loadgen")] + files
                + ["--realtime", "--quiet", "--no-test-request"], in: scratch)
        #expect(try await program.end() == 69)
        let reason = "--realtime: real-time priority is not allowed here: ulimit -r is 0 and must be 1"
        #expect(program.errors.contains(reason), "\(program.errors)")
        #expect(try await endpoint.stop().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out/summary.json")))
    }

    /// One shard that is never done sending, for longer than a real-time thread may compute under the limit: 20 ms.
    private static let saturated = #"{"executor": "constant-vus", "vus": 64, "duration": "1s"}"#

    /// util-linux's prlimit sets what `ulimit -R` does; what kills under it is the kernel.
    private static func run(_ limit: String, _ files: [String], in scratch: Scratch) throws -> Program {
        try Program(
            "/usr/bin/prlimit",
            ["--rttime=\(limit)", Program.path("sml-loadgen")] + files + ["--realtime", "--quiet", "--workers", "1"], in: scratch)
    }

    @Test func aLimitThatWouldKillTheRunIsRefused() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "0", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(Self.saturated, server: endpoint.url)
        let program = try Self.run("20000:20000", files, in: scratch)
        #expect(try await program.end() == 69)
        #expect(program.errors.contains("for 20000 µs without a pause, as at saturation (ulimit -R)"), "\(program.errors)")
        #expect(try await endpoint.stop().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out/summary.json")))
    }

    @Test func theLimitThatMayBeLiftedKillsNoRun() async throws {
        let scratch = try Scratch()
        guard try await Program("/usr/bin/chrt", ["-f", "1", "true"], in: scratch).end() == 0 else { return }
        let endpoint = try await EndpointProcess.start(["--ttft", "0", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(Self.saturated, server: endpoint.url)
        let program = try Self.run("20000:unlimited", files, in: scratch)
        #expect(try await program.end() == 0, "\(program.errors)")
        let results = try Results(directory: scratch.file("out"))
        #expect(try await endpoint.stop().count == results.records.count { $0.kind == .request })
    }
}
