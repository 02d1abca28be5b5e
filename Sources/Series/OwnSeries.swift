// What k6 does not tell: how many arrivals the plan wanted and what became of them, how late the generator was, errors
// by cause, what the generator and remote write themselves are doing. Counters here are sampled at the time of the
// push and sent with each, so that they do not fade from a dashboard while nothing happens.

import Base
import Generator
import Metrics
import RemoteWrite

/// The `sml_` series that have no prompt label.
struct OwnSeries: Sendable {
    private var scalars: ScalarTable
    private var trends: [QuantileSeries]

    /// What the catalogue keeps for the run, and each counter of a label as a total.
    private static let metrics = Catalog.all.filter { $0.series != nil && $0.kind != .trend }
    private static let trends: [(metric: Metric, read: @Sendable (RunStatistics) -> Trend)] = Catalog.all.compactMap { metric in
        if metric.series != nil, case .run(.trend(let read, _)) = metric.source { (metric, read) } else { nil }
    }

    init(_ labels: [SeriesLabel]) {
        scalars = ScalarTable(labels)
        trends = Self.trends.map { QuantileSeries($0.metric, labels) }
    }

    mutating func update(_ snapshot: RunSnapshot, _ look: Look, into updates: inout [SeriesUpdate]) {
        let run = snapshot.statistics
        scalars.look = look
        for (index, trend) in Self.trends.enumerated() { trends[index].update(trend.read(run), at: look.now, look, into: &updates) }
        // These the engine knows earlier than the records do, which come when a request ends.
        if let scheduled = snapshot.scheduledArrivals { scalars.send("sml_arrivals_scheduled_total", Double(scheduled)) }
        scalars.send("sml_arrivals_dropped_total", Double(snapshot.droppedArrivals))
        scalars.send("sml_iterations_started_total", Double(snapshot.startedIterations))
        for metric in Self.metrics {
            guard let series = metric.series, let value = metric.number(run) else { continue }
            scalars.send(series.name, value, series.labels)
        }
        for (bound, isMet) in zip(run.objectives.thresholds, run.thresholdsMet(elapsed: snapshot.elapsed)) {
            guard let isMet else { continue }
            scalars.send(
                "sml_threshold_ok", isMet ? 1.0 : 0.0, SeriesLabel("metric", bound.threshold.selector),
                SeriesLabel("threshold", bound.threshold.expression.source))
        }
        sendFinishReasons(run)
        sendErrors(run)
        sendDelivery(snapshot.delivery)
        send("start", at: 0, look)
        if let certainty = snapshot.certainty { send(certainty, look) }
        updates += scalars.takeUpdates()
    }

    private mutating func sendFinishReasons(_ run: RunStatistics) {
        for reason in FinishReason.allCases {
            guard let total = run.finishReasons[reason] else { continue }
            scalars.send("sml_finish_reasons_total", total, SeriesLabel("reason", reason.name))
        }
    }

    private mutating func sendErrors(_ run: RunStatistics) {
        var totals: [FailureCategory: [TransferPhase: UInt64]] = [:]
        for failure in run.failures {
            totals[FailureCategory(failure.key), default: [:]][failure.key.phase, default: 0] += failure.count.total
        }
        for category in FailureCategory.allCases {
            for phase in TransferPhase.allCases {
                guard let total = totals[category]?[phase] else { continue }
                scalars.send(
                    "sml_errors_total", total, SeriesLabel("category", category.rawValue),
                    SeriesLabel("phase", phase.name))
            }
        }
    }

    /// Bounds that a percentile does not have, it does not send.
    private mutating func send(_ certainty: Certainty, _ look: Look) {
        send("end", at: certainty.full.to, look)
        if let steady = certainty.steady?.figures {
            send("steady_from", at: steady.from, look)
            send("steady_to", at: steady.to, look)
        }
        if let verdict = certainty.verdict { scalars.send("sml_verdict", Double(verdict.run.level.rawValue)) }
        for percentile in certainty.headline.latency {
            for (bound, value) in [("low", percentile.figure.low), ("high", percentile.figure.high)] {
                guard let value else { continue }
                scalars.send(
                    "sml_latency_interval_seconds", value / 1000, SeriesLabel("bound", bound),
                    SeriesLabel("quantile", JSONText.javaScriptNumber(percentile.p)))
            }
        }
    }

    /// - Parameter seconds: since the run's zero.
    private mutating func send(_ instant: String, at seconds: Double, _ look: Look) {
        let milliseconds = look.time(Int64(min(max(0, seconds), 1e9) * 1e9))
        scalars.send("sml_run_instant_seconds", Double(milliseconds) / 1_000, SeriesLabel("instant", instant))
    }

    private mutating func sendDelivery(_ report: DeliveryReport) {
        scalars.send("sml_remote_write_pushes_total", UInt64(report.pushesAttempted))
        for (reason, count) in report.pushesFailed.sorted(by: { $0.key < $1.key }) {
            scalars.send("sml_remote_write_failed_pushes_total", UInt64(count), SeriesLabel("reason", reason))
        }
        scalars.send("sml_remote_write_retries_total", UInt64(report.retries))
        scalars.send("sml_remote_write_samples_total", UInt64(report.samplesSent))
        scalars.send("sml_remote_write_sent_bytes_total", UInt64(report.compressedBytesSent))
        scalars.send("sml_remote_write_pending_series", UInt64(report.seriesUndelivered))
        scalars.send("sml_remote_write_refused_series", UInt64(report.seriesRefused))
        scalars.send("sml_remote_write_rejected_series", UInt64(report.seriesRejected))
        scalars.send("sml_remote_write_longest_outage_seconds", report.longestOutageSeconds)
    }
}

/// Series looked up by name and extra labels, rendered when they first appear.
private struct ScalarTable: Sendable {
    private let labels: [SeriesLabel]
    private var series: [String: ScalarSeries] = [:]
    private var updates: [SeriesUpdate] = []
    var look = Look(origin: 0, elapsed: 0, previous: 0, interval: .zero)

    init(_ labels: [SeriesLabel]) { self.labels = labels }

    mutating func send(_ name: String, _ value: UInt64, _ extra: SeriesLabel...) { send(name, Double(value), extra) }

    mutating func send(_ name: String, _ value: Double, _ extra: SeriesLabel...) { send(name, value, extra) }

    mutating func send(_ name: String, _ value: Double, _ extra: [SeriesLabel]) {
        let key = ([name] + extra.map(\.value)).joined(separator: "\n")
        series[key, default: ScalarSeries(name, labels + extra)].update(value, at: look.now, look, into: &updates)
    }

    mutating func takeUpdates() -> [SeriesUpdate] {
        defer { updates.removeAll(keepingCapacity: true) }
        return updates
    }
}
