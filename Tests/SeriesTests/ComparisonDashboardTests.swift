// The dashboard of two runs against a real Prometheus that has both: no query is empty, and what stands beside each other are the two
// runs' own figures, and their ratio.

import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
struct ComparisonDashboardTests {
    private static var scenario: [String: Any] {
        ["executor": "constant-vus", "vus": 4, "duration": "4s", "stream": true, "slo": ["e2e": "10s"]]
    }
    private static var corpus: [[String: Any]] {
        (0..<9).map { ["label": "good", "content": "hello \($0)"] } + [["label": "broken", "content": "[[fail:status=500]]"]]
    }

    @Test func everyPanelShowsBothRuns() async throws {
        let server = try await PrometheusServer.start()
        var runs: [GeneratorProcess] = []
        defer { runs.forEach { $0.remove() } }
        for delay in [20, 40] {
            try await withEndpoint(answeringAfter: .milliseconds(delay)) { port in
                let run = try GeneratorProcess.start(
                    Self.scenario, server: port, corpus: Self.corpus, receiver: server.writeURL, arguments: ["--workers", "1"])
                runs.append(run)
                #expect(await run.exitCode() == 0, "\(run.log)")
            }
        }
        let truths = try runs.map { try RunTruth(records: [$0.records]) }
        let end = try #require(try server.samples("{run_label=\"\(runs[1].runLabel)\"}").flatMap(\.samples).map(\.time).max())
        let queries = try Pages.comparisonQueries(a: runs[0].runLabel, b: runs[1].runLabel)
        #expect(queries.count > 30)
        for query in queries {
            // Gauges of the first run end with it; its instants are asked for one by one.
            let isOfA = query.legend.hasPrefix("A")
            let last =
                isOfA ? try server.samples("{run_label=\"\(runs[0].runLabel)\"}").flatMap(\.samples).map(\.time).max() ?? end : end
            let found = try server.query(query.expression, at: query.expression.contains("last_over_time") ? end : last)
            // A run of four seconds has too few values beyond a percentile for some intervals.
            #expect(!found.isEmpty || query.panel == "Intervals of B and A", "\(query.panel), \(query.legend): nothing")
            guard let value = found.first?.lastValue else { continue }
            if let truth = Self.truth(query, truths) {
                #expect(abs(value - truth) <= 0.002 * abs(truth), "\(query.panel), \(query.legend): \(value), not \(truth)")
            }
        }
        let ratio = try #require(queries.first { $0.panel == "B over A, by percentile" && $0.legend == "p50" })
        let value = try #require(try server.query(ratio.expression, at: end).first?.lastValue)
        #expect(abs(value / (Self.latency(truths[1], 0.5) / Self.latency(truths[0], 0.5)) - 1) < 0.004, "\(value)")
    }

    private static func latency(_ run: RunTruth, _ share: Double) -> Double {
        RunTruth.quantile(share, RunTruth.times(run.good, \.started, \.end))
    }

    private static func truth(_ query: Pages.Query, _ runs: [RunTruth]) -> Double? {
        let run = query.legend.hasPrefix("A") ? runs[0] : runs[1]
        switch query.panel {
        case "Requests ended": return Double(run.finished.count)
        case "Success": return Double(run.good.count) / Double(run.finished.count)
        case "p50 of successes": return latency(run, 0.5)
        case "p95 of successes": return latency(run, 0.95)
        default: return nil
        }
    }
}
