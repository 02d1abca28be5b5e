// What we send, read back through the HTTP API of the receiver it is meant for.

import TestSupport
import Testing

@testable import RemoteWrite

/// Against Debian's Prometheus, because a receiver of our own would share our misunderstandings.
@Suite(
    .serialized, .timeLimit(.minutes(15)),
    .enabled(if: PrometheusServer.Flavor.prometheus.isInstalled, "needs Debian's prometheus"))
struct PrometheusTests {
    @Test func storesValuesLabelsAndTimesExactly() async throws {
        let server = try await PrometheusServer.start()
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        let now = wallMilliseconds()
        let labels = [
            (name: "scenario", value: "load"), (name: "bad label", value: "x \"y\" \u{1F980}"),
            (name: "group", value: ""),
        ]
        let values: [Double] = [0.1 + 0.2, 0, -1, 1e-300, 123_456_789_012_345, .infinity]
        let updates = values.enumerated().map { index, value in
            update("k6_value_\(index)_total", value, at: now - Int64(index), labels: labels)
        }
        writer.submit(updates)
        let result = await writer.finish()
        #expect(result.report.isComplete, "\(result.report) \(server.log)")

        for (index, value) in values.enumerated() {
            let series = try server.samples("k6_value_\(index)_total")
            #expect(series.count == 1)
            #expect(
                series.first?.labels
                    == ["__name__": "k6_value_\(index)_total", "scenario": "load", "bad_label": "x \"y\" \u{1F980}"])
            #expect(series.first?.lastValue == value)
            #expect(series.first.map { Int64(($0.samples[0].time * 1000).rounded()) } == now - Int64(index))
        }
        #expect(try server.metricNames() == values.indices.map { "k6_value_\($0)_total" })
    }

    @Test func changedValuesWithinAMillisecondAndRepeatsAreAccepted() async throws {
        let server = try await PrometheusServer.start()
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        let now = wallMilliseconds() - 1000
        for value in 1...5 {
            writer.submit([update("k6_vus", Double(value), at: now)])
            #expect(await eventually { writer.report.samplesSent == value })
        }
        let result = await writer.finish()
        #expect(result.report.isComplete && result.report.pushesFailed.isEmpty, "\(server.log)")
        #expect(try server.samples("k6_vus").first?.samples.map(\.value) == ["1", "2", "3", "4", "5"])
        // The same state once more, as after an answer that was lost, is no error.
        let again = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        again.submit([update("k6_vus", 5, at: now + 4)])
        #expect(await again.finish().report.isComplete)
    }

    @Test func nativeHistogramsHaveTheRightQuantiles() async throws {
        let server = try await PrometheusServer.start()
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        let labels = SeriesLabels(name: "k6_e2e_latency_ms_seconds", labels: [("label", "long")])
        // 1...1000 ms evenly, ten zeros, and a stray far away so that spans have gaps.
        var histogram = NativeHistogram([(0, 10), (300, 1)])
        for milliseconds in 1...1000 { histogram.add(Double(milliseconds) / 1000) }
        writer.submit([
            SeriesUpdate(labels: labels, value: .histogram(histogram), timestampMilliseconds: wallMilliseconds())
        ])
        let result = await writer.finish()
        #expect(result.report.isComplete, "\(result.report) \(server.log)")

        func value(_ expression: String) throws -> Double {
            try #require(try server.query(expression).first?.lastValue)
        }
        #expect(try value("histogram_count(k6_e2e_latency_ms_seconds)") == 1011)
        #expect(abs(try value("histogram_sum(k6_e2e_latency_ms_seconds)") - 800.5) < 1e-9)
        // A bucket is 9 % wide.
        for (quantile, expected) in [(0.1, 0.0911), (0.5, 0.4955), (0.9, 0.8999)] {
            let found = try value("histogram_quantile(\(quantile), k6_e2e_latency_ms_seconds)")
            #expect(abs(found / expected - 1) < 0.09, "\(quantile): \(found)")
        }
    }

    @Test func staleMarkersEndTheSeries() async throws {
        let server = try await PrometheusServer.start()
        var configuration = try quickConfiguration(server.writeURL)
        configuration.staleMarkers = true
        let writer = try RemoteWriter(configuration: configuration)
        let now = wallMilliseconds()
        let histogram = SeriesUpdate(
            labels: SeriesLabels(name: "k6_trend_seconds", labels: [:]), value: .histogram(NativeHistogram([(1, 1)])),
            timestampMilliseconds: now)
        writer.submit([update("k6_vus", 3, at: now), histogram])
        #expect(await eventually { writer.report.samplesSent == 2 })
        #expect(try server.query("k6_vus").first?.lastValue == 3)
        let result = await writer.finish()
        #expect(
            result.report.isComplete && result.report.staleMarkersDelivered == true, "\(result.report) \(server.log)")
        #expect(try await eventually { try server.query("k6_vus").isEmpty && server.query("k6_trend_seconds").isEmpty })
        // What came before is still there.
        #expect(try server.samples("k6_vus").first?.samples.map(\.value) == ["3"])
    }

    @Test func aFileOfUndeliveredStatesIsPushedLater() async throws {
        let port = try ReservedPort()
        let away = try RemoteWriter(configuration: try quickConfiguration("http://127.0.0.1:\(port.number)/api/v1/write"))
        let now = wallMilliseconds()
        away.submit([update("k6_http_reqs_total", 42, at: now), update("k6_iterations_total", 41, at: now)])
        let path = temporaryPath()
        defer { remove(path) }
        try await away.finish(drain: .milliseconds(100)).undelivered.save(to: path)

        let server = try await PrometheusServer.start()
        let result = try await UndeliveredStates.load(from: path).push(to: try quickConfiguration(server.writeURL))
        #expect(result.report.isComplete)
        #expect(try server.samples("k6_http_reqs_total").first?.lastValue == 42)
        #expect(try server.samples("k6_iterations_total").first?.lastValue == 41)
    }

    @Test func refusedPushesSayWhatPrometheusSaid() async throws {
        let server = try await PrometheusServer.start()
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        let now = wallMilliseconds()
        writer.submit([update("k6_vus", 1, at: now)])
        #expect(await eventually { writer.report.pushesSucceeded == 1 })
        // Somebody else with the same labels and an older time: out of order.
        let other = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        other.submit([update("k6_vus", 1, at: now - 60_000)])
        let result = await other.finish()
        #expect(result.report.pushesFailed == ["rejected": 1])
        #expect(result.report.lastError?.contains("answered 400: out of order sample") == true, "\(result.report)")
    }
}
