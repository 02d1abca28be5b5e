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
