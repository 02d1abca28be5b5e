// The soak in small: 20,000 requests with 5 % of mixed faults, every count compared with the endpoint's log. The
// comparison is Benchmarks/soak.py's own, so that what runs for millions of requests is what is tested here.

import Base
import Foundation
import Metrics
import Testing

@Suite(
    .timeLimit(.minutes(15)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
struct SoakTests {
    @Test func countsEqualTheEndpointsLogExactly() async throws {
        let scratch = try Scratch()
        let programs = URL(filePath: Program.path("sml-loadgen")).deletingLastPathComponent().path
        let run = try await Program.run(
            "/usr/bin/python3",
            [
                Repository.file("Benchmarks/soak.py").path, "--requests", "20000", "--users", "60", "--bin", programs,
                "--out", scratch.path,
            ], in: scratch, within: 150)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        let data = try Data(contentsOf: URL(filePath: scratch.file("soak.json")))
        let result = try JSONDecoder().decode(JSON.self, from: data)
        // A comparison of nothing would also be equal.
        #expect((result["requests"]?.integer ?? 0) > 5_000)
        #expect(result["sent_again"]?.integer == 0)
        #expect((result["failed_share"]?.number ?? 0) > 0.02)
        #expect((result[path: "counts", "truncated bodies"]?.integer ?? 0) > 5)
        #expect(scratch.contents.contains("soak.svg"))
    }
}
