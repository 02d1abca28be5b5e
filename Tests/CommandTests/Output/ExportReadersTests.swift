// Exports in DuckDB, pandas and R, by the very lines that docs/RECORDS.md has for them, against the summary. `make test` brings the
// first two where PyPI can be reached; R is asked where it is installed.

import Base
import Foundation
import Testing

@testable import Metrics

/// A Python that has both.
private enum Readers {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let python: String? = [root.appending(path: ".build/export-readers/bin/python3").path, "/usr/bin/python3"].first { path in
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-c", "import duckdb, pandas"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

@Suite(.enabled(if: Readers.python != nil, "no Python with DuckDB and pandas: Tests/ExportReaders/requirements.txt"))
struct ExportReadersTests {
    @Test func percentilesAreThoseOfTheSummary() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "5ms", "--time-per-token", "1ms", "--fail", "status=503:0.2", "--seed", "3"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 100, "duration": "2s", "preAllocatedVUs": 20}"#
        let run = try await Program.run("sml-loadgen", try scratch.stage(scenario, server: endpoint.url), in: scratch)
        try #require(run.code == 0, "\(run.errors)")
        _ = try await endpoint.stop()
        let export = try await Program.run("sml", ["loadtest", "records", "out/records.smlrec"], in: scratch)
        try scratch.write("records.csv", export.output)
        let read = try await Program.run(
            try #require(Readers.python), [Readers.root.appending(path: "Tests/ExportReaders/read.py").path], in: scratch, within: 120)
        try #require(read.code == 0, "\(read.errors)")
        let found = try JSONDecoder().decode([String: [String: Double]].self, from: Data(read.output.utf8))
        let labels = try Summary(path: scratch.file("out/summary.json")).result.labels
        let p95 = Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.metrics.trend(.successLatency)?.p95 ?? -1) })
        #expect(p95.count == 3)
        let hasR = FileManager.default.isExecutableFile(atPath: "/usr/bin/Rscript")
        #expect(Set(found.keys) == Set(["duckdb", "pandas"] + (hasR ? ["r"] : [])))
        for (tool, theirs) in found {
            #expect(Set(theirs.keys) == Set(p95.keys))
            for (label, value) in theirs { #expect(abs(value - (p95[label] ?? 0)) < 1e-6, "\(tool), \(label)") }
        }
    }
}
