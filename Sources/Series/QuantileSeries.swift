// A trend of our own, in the form of a Prometheus summary: NAME{quantile="…"}, NAME_sum and NAME_count, in seconds.
// Its statistics do not depend on K6_PROMETHEUS_RW_TREND_STATS, so that a dashboard can rely on them.

import Metrics
import RemoteWrite

/// Quantiles, sum and count of one trend of milliseconds.
struct QuantileSeries: Sendable {
    /// 1 is the maximum.
    static let quantiles: [(text: String, percent: Double)] = [
        ("0.5", 50), ("0.9", 90), ("0.95", 95), ("0.99", 99), ("1", 100),
    ]
    private let series: [SeriesLabels]
    private var sum: ScalarSeries
    private var count: ScalarSeries
    private var seen = 0

    /// Our series of a metric of the catalogue.
    init(_ metric: Metric, _ labels: [SeriesLabel]) {
        let name = metric.series?.name ?? ""
        series = Self.quantiles.map { SeriesLabels(name: name, labels: labels + [SeriesLabel("quantile", $0.text)]) }
        sum = ScalarSeries(name + "_sum", labels, isCounter: true)
        count = ScalarSeries(name + "_count", labels, isCounter: true)
    }

    func isStale(_ count: Int) -> Bool { count > seen }

    mutating func update(_ trend: Trend, at time: Int64, _ look: Look, into updates: inout [SeriesUpdate]) {
        guard isStale(trend.count) else { return hold(look, into: &updates) }
        seen = trend.count
        for (labels, value) in zip(series, trend.percentiles(Self.quantiles.map(\.percent))) {
            updates.append(SeriesUpdate(labels: labels, value: value / 1000, timestampMilliseconds: time))
        }
        sum.update(trend.sum / 1000, at: time, look, into: &updates)
        count.update(Double(trend.count), at: time, look, into: &updates)
    }

    /// What is a counter once more, as of now.
    mutating func hold(_ look: Look, into updates: inout [SeriesUpdate]) {
        sum.hold(look, into: &updates)
        count.hold(look, into: &updates)
    }
}
