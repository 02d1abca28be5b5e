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
}
