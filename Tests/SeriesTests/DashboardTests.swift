// Every panel shows what happened: a run of two tasks with failures whose numbers are known, all of them within one push
// interval or spread over several, against a real Prometheus. What `increase` cannot see, and what is counted once for
// each task and once for all together, shows here.

import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)), .enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
struct DashboardTests {
    private static var corpus: [[String: Any]] {
        [
            ["label": "good", "content": "hello"], ["label": "limited", "content": "[[fail:status=429]]"],
            ["label": "broken", "content": "[[fail:status=500]]"], ["label": "empty", "content": "[[fail:empty-choices]]"],
        ]
    }
    /// Four users for answers of 0.3 s, 40 arrivals a second: some may be dropped, and of the rest three of four fail.
    private static var scenario: [String: Any] {
        [
            "executor": "constant-arrival-rate", "rate": 40, "timeUnit": "1s", "duration": "3s", "preAllocatedVUs": 4,
            "maxVUs": 4, "slo": ["e2e": "10s"], "thresholds": ["success_rate": ["rate>0"]],
        ]
    }
    /// Two tasks ask for streams, one for whole answers.
    private static func scenario(tasks: Int) -> [String: Any] {
        tasks == 1 ? scenario : scenario.merging(["stream": true]) { $1 }
    }

    @Test(arguments: ["10s", "500ms"], [1, 2])
    func everyPanelShowsWhatHappened(interval: String, tasks: Int) async throws {
        let server = try await PrometheusServer.start()
        try await withEndpoint(answeringAfter: .milliseconds(300)) { port in
            let runs = try start(tasks, interval: interval, port: port, receiver: server.writeURL)
            let run = runs[0]
            defer { run.remove() }
            for process in runs { #expect(await process.exitCode() == 0, "\(run.log)") }
            let paths =
                tasks == 1 ? [run.records] : (0..<tasks).map { run.records.replacing(".smlrec", with: ".\($0).smlrec") }
            let truth = try RunTruth(records: paths)
            #expect(Double(truth.finished.count) + truth.dropped == 120)
            #expect(truth.failed.count > 30 && truth.good.count > 3)

            // At the time of the last sample there is the least to extrapolate.
            let samples = try server.samples("{run_label=\"\(run.runLabel)\"}").flatMap(\.samples)
            let (start, end) = (try #require(samples.map(\.time).min()), try #require(samples.map(\.time).max()))
            let (_, queries) = try Pages.dashboardQueries(runLabel: run.runLabel)
            var checked = 0
            for query in queries {
                let result = try server.query(query.expression, at: end)
                // The process' own CPU time has no zero, so a single push shows no rate of it.
                let isOptional =
                    ["failed: {{reason}}", "{{label_name}} folded"].contains(query.legend)
                    // With four users for forty arrivals a second too few requests end for any.
                    || query.panel == "Latency intervals"
                    || (query.panel == "CPU" && interval == "10s")
                    || (query.panel == "Dropped iterations" && truth.dropped == 0)
                    || (RunTruth.ofStreams.contains(query.panel) && tasks == 1)
                #expect(!result.isEmpty || isOptional, "\(query.panel), \(query.legend): nothing")
                for series in result {
                    let check = try #require(
                        truth.check(query.panel, query.legend, series.labels, planned: 120),
                        "\(query.panel), \(query.legend): no expectation")
                    let value = try #require(series.lastValue)
                    #expect(check.holds(value), "\(query.panel), \(query.legend), \(series.labels): \(value), not \(check)")
                    checked += 1
                }
            }
            #expect(checked > 90)
            // Every label and category has its line, not only those there are.
            #expect(try server.query(expression("Exchanges by label", queries), at: end).count == 4)
            #expect(try server.query(expression("Errors by category", queries), at: end).count == 3)

            // While it went on there were the tasks' series only, and they added up.
            if interval == "500ms" {
                let middle = start + (end - start) * 0.6
                let requests = try server.query(expression("Requests", queries), at: middle).first?.lastValue
                #expect(try #require(requests) > 0 && requests ?? 0 < Double(truth.finished.count))
            }
        }
    }

    private func start(_ tasks: Int, interval: String, port: Int, receiver: String) throws -> [GeneratorProcess] {
        var runs: [GeneratorProcess] = []
        for index in 0..<tasks {
            runs.append(
                try GeneratorProcess.start(
                    Self.scenario(tasks: tasks), server: port, corpus: Self.corpus, receiver: receiver,
                    environment: ["K6_PROMETHEUS_RW_PUSH_INTERVAL": interval],
                    arguments: ["--workers", "1"] + (tasks > 1 ? ["--task", "\(index)/\(tasks)"] : []), beside: runs.first))
        }
        return runs
    }

    private func expression(_ panel: String, _ queries: [Pages.Query]) -> String {
        queries.first { $0.panel == panel }?.expression ?? ""
    }
}
