// k6's series that have no label of their own beyond the run's: iterations, bytes, checks, virtual users (k6 §7.4).

import Metrics
import RemoteWrite

/// One set of them.
struct RunSeries: Sendable {
    /// Of the catalogue: what is kept once for the run. Its checks are one series each and stand below.
    private static let metrics = Catalog.all.filter { metric in
        if case .run = metric.source { metric.k6Series != nil && metric.name != .checks } else { false }
    }
    private enum Series: Sendable {
        case scalar(ScalarSeries)
        case trend(TrendSeries)
    }
    private var series: [Series]
    private var statusCheck, choicesCheck: ScalarSeries

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        series = Self.metrics.map { metric in
            metric.kind == .trend
                ? .trend(TrendSeries(metric, labels, form)) : .scalar(ScalarSeries(metric.k6Series ?? "", labels))
        }
        let checks = Catalog[.checks].k6Series ?? ""
        statusCheck = ScalarSeries(checks, labels + [SeriesLabel("check", RunResult.Check.status)])
        choicesCheck = ScalarSeries(checks, labels + [SeriesLabel("check", RunResult.Check.choices)])
    }

    /// A metric without a sample has no series.
    mutating func update(_ run: RunStatistics, _ look: Look, into updates: inout [SeriesUpdate]) {
        for (index, metric) in Self.metrics.enumerated() {
            guard let newest = metric.newest(run) else { continue }
            let time = look.time(newest)
            switch series[index] {
            case .scalar(var scalar):
                if let value = metric.number(run) { scalar.update(value, at: time, look, into: &updates) }
                series[index] = .scalar(scalar)
            case .trend(var trend):
                // One owner, so that nothing is copied.
                series[index] = .scalar(statusCheck)
                if let values = metric.trend(run) { trend.update(values, at: time, look, into: &updates) }
                series[index] = .trend(trend)
            }
        }
        if run.finished.total > 0 {
            let newest = look.time(run.lastFinished)
            statusCheck.update(run.statusCheck.value, at: newest, look, into: &updates)
            choicesCheck.update(run.choicesCheck.value, at: newest, look, into: &updates)
        }
    }
}
