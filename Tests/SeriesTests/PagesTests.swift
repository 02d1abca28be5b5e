// One run that has everything: streams, failures of every kind, drops, interrupted requests, too many labels, a receiver that
// was away at first. Against it, docs/METRICS.md is checked both ways and every query of the dashboard is executed.

import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)), .enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
struct PagesTests {
    /// 110 labels, one more hop than the limit, with failures among them.
    private static var corpus: [[String: Any]] {
        (0..<110).map { index in
            let failure = index % 11 == 0 ? Array(Corpora.failures.values).sorted()[index / 11 % Corpora.failures.count] : "hello"
            return ["label": "label\(index)", "content": failure]
        }
    }

    @Test func everySeriesIsDocumentedAndEveryPanelHasData() async throws {
        let port = try ReservedPort()
        try await withEndpoint(answeringAfter: .milliseconds(300)) { endpoint in
            let run = try GeneratorProcess.start(
                [
                    "executor": "ramping-arrival-rate", "startRate": 20, "timeUnit": "1s", "preAllocatedVUs": 10,
                    "maxVUs": 16, "stages": [["duration": "4s", "target": 60], ["duration": "2s", "target": 60]],
                    "stream": true, "slo": ["ttft": "10s"], "thresholds": ["ttft_ms": ["avg<10000"]],
                ], server: endpoint, corpus: Self.corpus, receiver: "http://127.0.0.1:\(port.number)/api/v1/write",
                requestTimeout: "1s")
            defer { run.remove() }
            // The receiver comes up only after the first push has failed.
            #expect(await eventually { run.log.contains("not reached") }, "\(run.log)")
            let server = try await PrometheusServer.start(port: port)
            #expect(await run.exitCode() == 0, "\(run.log)")
            #expect(run.log.contains("more than 100 values of the label 'label'"))

            let stored = Set(try server.metricNames())
            let documented = try Pages.documented(["k6_", "sml_"])
            #expect(stored.subtracting(documented).sorted() == [], "not documented")
            #expect(documented.subtracting(stored).sorted() == [], "documented, not sent")
            let members = Set((try run.summary()[path: "sml", "remote_write"]?.members ?? []).map { "sml.remote_write.\($0.0)" })
            #expect(try members == Pages.documented(["sml.remote_write."]))

            let (panels, queries) = try Pages.dashboardQueries(runLabel: run.runLabel)
            #expect(panels > 20)
            // Of annotations too: these may have nothing to mark, as this run has no steady part.
            let shown = (queries.map(\.expression) + (try Pages.annotationQueries())).joined(separator: "\n")
            #expect(documented.filter { $0.hasPrefix("sml_") && !shown.contains(Pages.family($0)) } == [], "on no panel")
            var found: [String: [Int]] = [:]
            for query in queries {
                let result = try server.query(query.expression)
                let values = result.compactMap(\.lastValue)
                found[query.panel, default: []].append(values.count)
                #expect(!values.isEmpty && values.allSatisfy(\.isFinite), "\(query.panel): \(query.expression)")
            }
            for (panel, series) in found.sorted(by: { $0.key < $1.key }) {
                print("dashboard: \(panel): \(series.map(String.init).joined(separator: ", ")) series")
            }
            for (name, definition) in try Pages.dashboardVariables() where name != "datasource" {
                #expect(definition.hasSuffix(", \(name))"))
                #expect(try !server.query("group by (\(name)) (sml_iterations_started_total or k6_http_reqs_total)").isEmpty)
            }
            try await checkNames(stored)
        }
    }

    /// Debian's own linter: names and types of our series are as Prometheus wants them, and it parses k6's.
    private func checkNames(_ names: Set<String>) async throws {
        func promtool(_ text: String) async throws -> (code: Int32, output: String) {
            let process = Process()
            let (input, output) = (Pipe(), Pipe())
            process.executableURL = URL(filePath: "/usr/bin/promtool")
            process.arguments = ["check", "metrics"]
            process.standardInput = input
            process.standardError = output
            process.standardOutput = output
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try input.fileHandleForWriting.close()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
        let summaries = names.filter { names.contains($0 + "_sum") }
        let own = names.filter { name in
            name.hasPrefix("sml_") && !summaries.contains { name == $0 + "_sum" || name == $0 + "_count" }
        }
        let text = own.sorted().map { name in
            guard !summaries.contains(name) else {
                return "# HELP \(name) x\n# TYPE \(name) summary\n\(name){quantile=\"0.5\"} 1\n\(name)_sum 1\n\(name)_count 1\n"
            }
            return "# HELP \(name) x\n# TYPE \(name) \(name.hasSuffix("_total") ? "counter" : "gauge")\n\(name) 1\n"
        }
        let ours = try await promtool(text.joined())
        #expect(ours.code == 0, "\(ours.output)")
        let k6s = try await promtool(
            names.filter { $0.hasPrefix("k6_") }.sorted().map { "# HELP \($0) x\n# TYPE \($0) untyped\n\($0) 1\n" }.joined())
        // 3: it parses them and dislikes k6's style.
        #expect([0, 3].contains(k6s.code), "\(k6s.output)")
    }
}
