// Read back from VictoriaMetrics, whose parser is not Prometheus'.

import TestSupport
import Testing

@testable import RemoteWrite

/// A second opinion on the wire format, from a receiver that shares no code with Prometheus' own.
@Suite(
    .timeLimit(.minutes(15)),
    .enabled(if: PrometheusServer.Flavor.victoriaMetrics.isInstalled, "needs Debian's victoria-metrics"))
struct VictoriaMetricsTests {
    @Test func storesValuesLabelsAndTimes() async throws {
        let server = try await PrometheusServer.start(.victoriaMetrics)
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        let now = wallMilliseconds() - 10_000
        let labels = [(name: "scenario", value: "load"), (name: "url", value: "http://h/\u{1F980}")]
        for step in 0..<3 {
            writer.submit([update("k6_http_reqs_total", Double(step), at: now + Int64(step), labels: labels)])
            #expect(await eventually { writer.report.samplesSent == step + 1 })
        }
        #expect(await writer.finish().report.isComplete, "\(server.log)")
        try server.flush()
        let isThere = try await eventually(within: .seconds(20)) {
            try server.samples("k6_http_reqs_total").first?.samples.count == 3
        }
        #expect(isThere)
        let series = try #require(try server.samples("k6_http_reqs_total").first)
        #expect(series.labels == ["__name__": "k6_http_reqs_total", "scenario": "load", "url": "http://h/\u{1F980}"])
        #expect(series.samples.map(\.value) == ["0", "1", "2"])
        #expect(series.samples.map { Int64(($0.time * 1000).rounded()) } == [now, now + 1, now + 2])
    }
}
