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
    private let sum: SeriesLabels
    private let count: SeriesLabels
    private var seen = 0

    init(_ name: String, _ labels: [SeriesLabel]) {
        series = Self.quantiles.map { SeriesLabels(name: name, labels: labels + [SeriesLabel("quantile", $0.text)]) }
        sum = SeriesLabels(name: name + "_sum", labels: labels)
        count = SeriesLabels(name: name + "_count", labels: labels)
    }

    func isStale(_ count: Int) -> Bool { count > seen }

    mutating func update(_ trend: Trend, at time: Int64, into updates: inout [SeriesUpdate]) {
        guard isStale(trend.count) else { return }
        seen = trend.count
        func append(_ labels: SeriesLabels, _ value: Double) {
            updates.append(SeriesUpdate(labels: labels, value: value, timestampMilliseconds: time))
        }
        for (labels, value) in zip(series, trend.percentiles(Self.quantiles.map(\.percent))) {
            append(labels, value / 1000)
        }
        append(sum, trend.sum / 1000)
        append(count, Double(trend.count))
    }
}
