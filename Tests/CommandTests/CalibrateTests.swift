// What this machine's generator can do is measured and kept, and a plan beyond half of it is warned of.

import Foundation
import TestSupport
import Testing

@Suite struct CalibrateTests {
    @Test func isKeptAndWarnsOfAPlanBeyondHalf() async throws {
        let scratch = try Scratch()
        let environment = ["SML_CONFIG_DIR": scratch.file("config")]
        let run = try await Program.run("sml", ["loadtest", "calibrate"], in: scratch, environment: environment, within: 60)
        #expect(run.code == 0 && run.output.hasPrefix("ceiling   ") && run.output.contains(" ms at 20 requests/s"), "\(run.errors)")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: scratch.file("config")).first)
        #expect(name.hasPrefix("calibration_"))
        let file = URL(filePath: scratch.file("config/\(name)"))
        var kept = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        #expect((kept["requestsPerSecond"] as? Double ?? 0) > 10)
        let tls = try #require(kept["newConnection"] as? [String: Any])
        // A handshake is arithmetic on numbers of 2,048 bits: no machine does it in 50 µs.
        for key in ["cpuMilliseconds", "wallMilliseconds"] { #expect((tls[key] as? Double ?? 0) > 0.05, "\(tls)") }
        #expect((tls["perSecond"] as? Double ?? 0) > 1 && run.output.contains("\nTLS       a new connection costs "), "\(run.output)")
        // As if this machine managed ten.
        kept["requestsPerSecond"] = 10
        try JSONSerialization.data(withJSONObject: kept).write(to: file)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 6, "duration": "1s", "preAllocatedVUs": 20, "think_time": "0"}"#
        _ = try scratch.write("scenarios/six.json", scenario)
        let warned = try await Program.run(
            "sml", ["loadtest", "local", "--loadtest-scenario", "six", "--out", "run", "--quiet"], in: scratch, environment: environment,
            within: 60)
        #expect(warned.code == 0)
        #expect(warned.errors.contains("asks for 6 requests/s, more than half of the 10 this machine's"), "\(warned.errors)")
    }
}
