// Thresholds from the command line to the exit code, which is k6's for the same run: 0 when all are met, 99 when one is not.

import Foundation
import Metrics
import Testing

@Suite struct ThresholdCommandTests {
    private static let cases: [([String], Int32)] = [
        (["--threshold", "e2e_latency_ms: p(95)<60000", "--threshold", "success_rate:rate>0.5", "--slo", "e2e=1m"], 0),
        (["--threshold", "e2e_latency_ms: p(95)<60000", "--threshold", "e2e_latency_ms{label:short}: avg<1"], 99),
        (["--threshold", "nothing: avg<1"], 104),
        (["--threshold", "avg<1"], 64),
    ]

    @Test(arguments: cases)
    func exitCodes(options: [String], code: Int32) async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            "sml",
            ["loadtest", "local", "--loadtest-scenario", "throughput", "--loadtest-duration", "1s", "--out", scratch.file("out")] + options,
            in: scratch, within: 60)
        #expect(run.code == code, "\(run.errors)")
        guard code == 0 || code == 99 else { return #expect(!FileManager.default.fileExists(atPath: scratch.file("out"))) }
        let results = try Results(directory: scratch.file("out"))
        let thresholds = results.summary[path: "sml", "thresholds"]?.elements ?? []
        #expect(thresholds.count == 2 && thresholds.allSatisfy { $0["value"]?.number ?? 0 > 0 })
        #expect(run.output.contains(code == 0 ? "✓ success_rate" : "✗ e2e_latency_ms{label:short}"))
        #expect(run.errors.contains("thresholds were not met: e2e_latency_ms{label:short}") == (code == 99))
        // Every answer of the simulated endpoint that succeeded is good enough.
        if code == 0 {
            let good = results.requests.count { $0.isSuccess }
            #expect(results.summary[path: "sml", "goodput", "requests"]?.integer == Int64(good))
        }
        let again = try await Program.run("sml", ["loadtest", "summarize", scratch.file("out/records.smlrec"), "--json"], in: scratch)
        #expect(Data(again.output.utf8) == results.summaryBytes)
    }
}
