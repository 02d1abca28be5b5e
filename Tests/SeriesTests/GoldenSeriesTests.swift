// A run of every executor against a real Prometheus and a real VictoriaMetrics: the same series k6 sent, the documented
// differences applied, with the values of the records.

import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct GoldenSeriesTests {
    struct Executor: Sendable {
        let golden: String
        let scenario: @Sendable () -> [String: Any]
        var promptLabels: [String]?
    }

    /// k6's golden runs, shorter. Drops need answers of 0.5 s, which the endpoint of this suite gives.
    static let executors = [
        Executor(golden: "constant-vus") { ["executor": "constant-vus", "vus": 6, "duration": "3s"] },
        Executor(golden: "ramping-vus") {
            [
                "executor": "ramping-vus", "startVUs": 1, "gracefulRampDown": "30s",
                "stages": [["duration": "1s", "target": 6], ["duration": "1s", "target": 6], ["duration": "1s", "target": 0]],
            ]
        },
        Executor(golden: "constant-arrival-rate") {
            [
                "executor": "constant-arrival-rate", "rate": 20, "timeUnit": "1s", "duration": "3s",
                "preAllocatedVUs": 4, "maxVUs": 8,
            ]
        },
        Executor(
            golden: "ramping-arrival-rate",
            scenario: {
                [
                    "executor": "ramping-arrival-rate", "startRate": 2, "timeUnit": "1s", "preAllocatedVUs": 20,
                    "maxVUs": 40,
                    "stages": [["duration": "1s", "target": 5], ["duration": "1s", "target": 20], ["duration": "1s", "target": 20]],
                ]
            }, promptLabels: ["short", "medium"]),
    ]

    @Test(arguments: [PrometheusServer.Flavor.prometheus, .victoriaMetrics].filter(\.isInstalled))
    func everyExecutorSendsWhatK6Sends(to flavor: PrometheusServer.Flavor) async throws {
        let server = try await PrometheusServer.start(flavor)
        try await withEndpoint(answeringAfter: .milliseconds(500)) { port in
            let runs = try Self.executors.map {
                try GeneratorProcess.start(
                    $0.scenario(), server: port, receiver: server.writeURL, promptLabels: $0.promptLabels)
            }
            for (executor, run) in zip(Self.executors, runs) {
                defer { run.remove() }
                #expect(await run.exitCode() == 0, "\(run.log)")
                #expect(try run.summary()[path: "sml", "remote_write", "complete"] == .bool(true), "\(run.log)")
                let recorded = try RecordedValues(records: run.records)
                // VictoriaMetrics shows what it took in a little later, flush or not.
                #expect(
                    try await eventually {
                        try server.flush()
                        let iterations = try server.samples("k6_iterations_total{run_label=\"\(run.runLabel)\"}")
                        return iterations.first?.lastValue == recorded.values["k6_iterations_total{}"]
                    })
                let stored = try server.samples("{run_label=\"\(run.runLabel)\"}")
                let names = Set(stored.filter { $0.name.hasPrefix("k6_") }.map { seriesText($0.labels) })
                let golden = try GoldenSeries.expected(executor.golden, for: run)
                #expect(golden.subtracting(names).sorted() == [], "\(executor.golden): missing")
                #expect(names.subtracting(golden).sorted() == [], "\(executor.golden): not k6's")
                try check(stored, against: recorded, executor.golden)
            }
        }
    }

    /// Counters and gauges exactly, trend statistics within 0.1 %.
    private func check(_ stored: [QueriedSeries], against recorded: RecordedValues, _ name: String) throws {
        var found: [String: Double] = [:]
        for series in stored {
            let kept = series.labels.filter { ["__name__", "label"].contains($0.key) }
            // With and without status: the one of the label alone is what is compared.
            if series.name == "k6_http_req_failed_rate", series.labels["status"] != nil { continue }
            found[seriesText(kept)] = series.lastValue
        }
        #expect(recorded.values.count > 100)
        for (series, value) in recorded.values {
            let sent = try #require(found[series], "\(name): no \(series)")
            let isTrend = series.contains(/_(min|max|avg|med|p\d\d)\{/)
            #expect(isTrend ? abs(sent - value) <= 0.001 * abs(value) + 1e-12 : sent == value, "\(name): \(series)")
        }
    }

    @Test(.enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
    func failuresAndInterruptionsHaveK6sSeries() async throws {
        let server = try await PrometheusServer.start()
        try await withEndpoint { port in
            let failing = try GeneratorProcess.start(
                ["executor": "constant-vus", "vus": 4, "duration": "3s"], server: port, corpus: Corpora.failing,
                receiver: server.writeURL, requestTimeout: "500ms")
            let hanging = try GeneratorProcess.start(
                [
                    "executor": "ramping-vus", "startVUs": 3, "gracefulRampDown": "500ms",
                    "stages": [["duration": "1s", "target": 3], ["duration": "1s", "target": 0], ["duration": "1s", "target": 0]],
                ], server: port, corpus: [["label": "short", "content": "[[fail:hang]]"]], receiver: server.writeURL)
            defer { for run in [failing, hanging] { run.remove() } }
            #expect(await failing.exitCode() == 0)
            let labels = Set(Corpora.failures.keys)
            let golden = try GoldenSeries.expected("errors", for: failing, onlyLabels: labels)
            let names = try k6Series(server, failing)
            // k6's run had a server without drops, as this one; every other difference is a bug.
            #expect(golden.subtracting(names).sorted() == [])
            // A connection the server has just closed may also be seen as a reset while writing (k6 §5.1).
            let reset = "error=\"write: connection reset by peer\""
            #expect(names.subtracting(golden).filter { !$0.contains(reset) }.sorted() == [])

            // Nothing succeeded.
            #expect(await hanging.exitCode() == 5)
            #expect(try k6Series(server, hanging) == GoldenSeries.expected("interrupted", for: hanging))
            let active = try server.samples("k6_active_requests{run_label=\"\(hanging.runLabel)\"}")
            #expect(active.first?.samples.contains { $0.value == "3" } == true)
            #expect(active.first?.lastValue == 0)
        }
    }

    @Test(.enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
    func nativeHistogramsAndStaleMarkersAreK6s() async throws {
        let server = try await PrometheusServer.start()
        try await withEndpoint { port in
            let scenario: [String: Any] = ["executor": "constant-vus", "vus": 1, "duration": "2s"]
            let histograms = try GeneratorProcess.start(
                scenario, server: port, receiver: server.writeURL,
                environment: ["K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true"])
            let stale = try GeneratorProcess.start(
                scenario, server: port, receiver: server.writeURL, environment: ["K6_PROMETHEUS_RW_STALE_MARKERS": "true"])
            defer { for run in [histograms, stale] { run.remove() } }
            #expect(await histograms.exitCode() == 0)
            #expect(try k6Series(server, histograms) == GoldenSeries.expected("native-histogram", for: histograms))
            let values = try RecordedValues(records: histograms.records).values
            let selector = "{run_label=\"\(histograms.runLabel)\",label=\"short\"}"
            let count = try server.query("histogram_count(k6_http_req_duration_seconds\(selector))").first?.lastValue
            #expect(count == values["k6_http_reqs_total{label=\"short\"}"])
            let sum = try #require(try server.query("histogram_sum(k6_e2e_latency_ms_seconds\(selector))").first?.lastValue)
            let average = try #require(values["k6_e2e_latency_ms_avg{label=\"short\"}"])
            #expect(abs(sum / (count ?? 0) / average - 1) < 0.001)

            #expect(await stale.exitCode() == 0)
            #expect(try k6Series(server, stale) == GoldenSeries.expected("stale-markers", for: stale))
            // Ended: nothing is there now, though it was.
            #expect(try server.query("{run_label=\"\(stale.runLabel)\"}").isEmpty)
            #expect(try stale.summary()[path: "sml", "remote_write", "stale_markers_delivered"] == .bool(true))
        }
    }
}
