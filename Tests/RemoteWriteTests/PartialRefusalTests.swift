// Receivers that do not want one series, or are slow, over real sockets; and what the real ones then have.

import TestSupport
import Testing

@testable import RemoteWrite

@Suite(.serialized, .timeLimit(.minutes(15))) struct PartialRefusalTests {
    private static func names(_ request: ReceivedRequest) -> [String] {
        ((try? WriteRequestDecoder.decode(request.body)) ?? []).flatMap { update in
            update.labels.decoded.filter { $0.name == "__name__" }.map(\.value)
        }
    }

    private func series(_ count: Int, at time: Int64) -> [SeriesUpdate] {
        (0..<count).map { update("s\($0)", 1, at: time, labels: [("label", "value")]) }
    }

    /// 7,887 in one push, one of them bad: the run and the later push of its file both bring the rest.
    @Test func oneBadSeriesIsLeftOutByTheRunAndByTheLaterPush() async throws {
        let receiver = try ScriptedReceiver { request in
            Self.names(request).contains("s4711") ? .status(400, body: "label not wanted") : .status(204)
        }
        let writer = try RemoteWriter(configuration: try quickConfiguration(receiver.url, interval: .seconds(60)))
        writer.submit(series(7_887, at: 1000))
        let result = await writer.finish(drain: .seconds(30))
        #expect(result.undelivered.updates.map(\.labels.shown) == ["s4711{label=\"value\"}"])
        #expect(result.report.rejectedSeries == ["s4711{label=\"value\"}"] && result.report.seriesRejected == 1)
        #expect(result.report.samplesSent == 7_886 && !result.report.isComplete)
        // The whole, 13 halvings with two requests each, and the bad one's last chance: 28, and what a busy machine sends again
        // after a push's time limit.
        #expect(receiver.requests.count <= 40)

        let away = try ScriptedReceiver(isListening: false)
        let lost = try RemoteWriter(configuration: try quickConfiguration(away.url))
        lost.submit(series(7_887, at: 1000))
        let path = temporaryPath()
        defer { remove(path) }
        try await lost.finish(drain: .zero).undelivered.save(to: path)
        let later = try await UndeliveredStates.load(from: path).push(to: try quickConfiguration(receiver.url))
        #expect(later.undelivered.updates.map(\.labels.shown) == ["s4711{label=\"value\"}"])
    }

    /// nginx' default is 1 MiB; 20,000 bytes take about 900 of these.
    @Test func aBodyLimitLosesNothing() async throws {
        let receiver = try ScriptedReceiver { request in
            request.body.count > 20_000 ? .status(413, body: "Request Entity Too Large") : .status(204)
        }
        let writer = try RemoteWriter(configuration: try quickConfiguration(receiver.url, interval: .seconds(60)))
        writer.submit(series(7_887, at: 1000))
        let result = await writer.finish(drain: .seconds(30))
        #expect(result.report.isComplete && result.report.samplesSent == 7_887, "\(result.report)")
        #expect((result.report.pushesFailed["too-large"] ?? 0) > 0)
    }

    /// It takes longer than the limit and has stored everything: asked twice, not seven times.
    @Test func aSlowReceiverIsAskedTwice() async throws {
        let receiver = try ScriptedReceiver([.slow(.milliseconds(1200))])
        var configuration = try quickConfiguration(receiver.url, interval: .seconds(60))
        configuration.delivery.timeout = .seconds(1)
        let writer = try RemoteWriter(configuration: configuration)
        writer.submit(series(3, at: 1000))
        let result = await writer.finish(drain: .seconds(20))
        #expect(result.report.isComplete && result.undelivered.isEmpty)
        // On a busy machine 2 s may be too short as well.
        #expect((2...3).contains(receiver.requests.count), "\(result.report)")
        let bodies = Set(receiver.requests.map(\.body))
        #expect(bodies.count == 1)
    }

    @Test func aPushUnderWayIsCutAtTheEnd() async throws {
        let receiver = try ScriptedReceiver([.hang])
        var configuration = try quickConfiguration(receiver.url)
        configuration.delivery.timeout = .milliseconds(200)
        configuration.delivery.maximumTimeout = .seconds(60)
        let writer = try RemoteWriter(configuration: configuration)
        writer.submit(series(1, at: 1000))
        // 0.2, 0.4 and so on: the seventh is given 12.8 s.
        #expect(await eventually(within: .seconds(40)) { receiver.requests.count == 7 })
        let start = ContinuousClock.now
        let result = await writer.finish(drain: .zero)
        #expect(ContinuousClock.now - start < .seconds(8))
        #expect(result.undelivered.updates.count == 1)
    }

    @Test(.enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
    func prometheusTakesAllButTheOneThatIsOutOfOrder() async throws {
        let server = try await PrometheusServer.start()
        let now = wallMilliseconds()
        let before = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        before.submit([update("s77", 1, at: now + 60_000, labels: [("label", "value")])])
        #expect(await before.finish().report.isComplete)

        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        writer.submit(series(318, at: now))
        let result = await writer.finish()
        #expect(result.report.rejectedSeries == ["s77{label=\"value\"}"], "\(result.report)")
        #expect(result.report.lastError?.contains("out of order sample") == true)
        #expect(try server.metricNames().count == 318)
        #expect(try server.samples("{label=\"value\"}").count { Int64(($0.samples[0].time * 1000).rounded()) == now } == 317)
    }

    @Test(.enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
    func theFirstStepOfACounterIsSeen() async throws {
        let server = try await PrometheusServer.start()
        let now = wallMilliseconds()
        func first(_ name: String, _ value: SeriesUpdate.Value) -> SeriesUpdate {
            SeriesUpdate(
                labels: SeriesLabels(name: name, labels: [:]), value: value, timestampMilliseconds: now - 1000,
                zeroMilliseconds: now - 6000)
        }
        let histogram = NativeHistogram([(0.1, 40), (0.2, 19)])
        let updates = [first("a_total", .sample(59)), first("h_seconds", .histogram(histogram))]
        // Twice, as a file of undelivered states may be: the zeros are then too old, which costs nothing but requests.
        for round in 0..<2 {
            let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
            writer.submit(updates)
            let result = await writer.finish()
            #expect(result.report.isComplete && result.report.pushesFailed.isEmpty == (round == 0), "\(result.report)")
        }
        #expect(try server.samples("a_total").map { $0.samples.map(\.value) } == [["0", "59"]])
        // At the time of the last sample Prometheus has nothing to extrapolate.
        let time = Double(now - 1000) / 1000
        #expect(try server.query("increase(a_total[5m])", at: time).first?.lastValue == 59)
        let count = try #require(try server.query("histogram_count(increase(h_seconds[5m]))", at: time).first?.lastValue)
        // Of histograms it does not know that they cannot have been below 0, and adds half the distance of the samples.
        #expect(count > 58.99 && count < 88.51)
    }

    @Test(.enabled(if: PrometheusServer.Flavor.victoriaMetrics.isInstalled))
    func victoriaMetricsSeesItToo() async throws {
        let server = try await PrometheusServer.start(.victoriaMetrics)
        let now = wallMilliseconds() - 10_000
        let writer = try RemoteWriter(configuration: try quickConfiguration(server.writeURL))
        writer.submit([
            SeriesUpdate(
                labels: SeriesLabels(name: "a_total", labels: ["l": String(repeating: "x", count: 5000)]), value: 59,
                timestampMilliseconds: now, zeroMilliseconds: now - 5000)
        ])
        #expect(await writer.finish().report.isComplete)
        #expect(
            try await eventually(within: .seconds(20)) {
                try server.flush()
                return try server.samples("a_total").first?.samples.map(\.value) == ["0", "59"]
            })
    }
}
