// Both dashboards against Grafana's own published schema, as its foundation SDK has it: no member that Grafana does not know, none of
// another type, no word outside an enumeration. `make test` brings the SDK where PyPI can be reached; Grafana itself is no package
// of Debian's or PyPI's.

import Foundation
import Testing

private enum Schema {
    static let python: String? = {
        let path = Pages.root.appending(path: ".build/dashboard-schema/bin/python3").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// What the checker says of a file, a line each.
    static func misfits(_ path: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [Pages.root.appending(path: "Tests/Dashboards/check.py").path, path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n").map(String.init)
        try #require(process.terminationStatus == (lines.isEmpty ? 0 : 1), "\(text)")
        return lines
    }
}

@Suite(.enabled(if: Schema.python != nil, "no SDK of Grafana's: scripts/dashboard-schema brings it"))
struct DashboardSchemaTests {
    private func file(_ name: String) -> URL { Pages.root.appending(path: "dashboards/\(name).json") }

    @Test(arguments: ["sml-loadtest", "sml-loadtest-compare"]) func isAsGrafanaWritesIt(name: String) throws {
        #expect(try Schema.misfits(file(name).path) == [])
    }

    /// The checker sees what it is there for.
    @Test(arguments: [
        ("\"showPoints\": \"auto\"", "\"showPoints\": \"sometimes\"", "show_points"),
        ("\"lineWidth\": 1", "\"lineWidth\": \"thick\"", "line_width"), ("\"spanNulls\"", "\"spanNothing\"", "spanNothing"),
        ("\"gridPos\"", "\"place\"", "place"),
    ])
    func whatGrafanaDoesNotKnowIsFound(good: String, bad: String, words: String) throws {
        let text = try String(contentsOf: file("sml-loadtest"), encoding: .utf8)
        try #require(text.contains(good))
        let changed = FileManager.default.temporaryDirectory.appending(path: "dashboard-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: changed) }
        try Data(text.replacing(good, with: bad, maxReplacements: 1).utf8).write(to: changed)
        let found = try Schema.misfits(changed.path)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }
}
