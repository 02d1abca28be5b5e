// A trend as k6 sends it: one series per configured statistic, or one native histogram (k6 §7.3, §7.5). Percentiles of
// one trend come from one pass over its values, and a trend without a new value costs a comparison.

import Metrics
import RemoteWrite

/// How trends become series.
package enum TrendForm: Sendable {
    case statistics([TrendStatistic])
    case nativeHistogram

    package init(_ configuration: RemoteWriteConfiguration) {
        self = configuration.trendAsNativeHistogram ? .nativeHistogram : .statistics(configuration.trendStatistics)
    }
}

/// What a trend's values are. Times are kept in milliseconds and sent in seconds, whatever the name says (k6 §7.3).
enum TrendUnit {
    case time, plain

    var divisor: Double { self == .time ? 1000 : 1 }
    /// What a native histogram's name ends in.
    var histogramSuffix: String { self == .time ? "_seconds" : "" }
}

/// The series of one trend.
struct TrendSeries: Sendable {
    private enum Form {
        case statistics([(statistic: TrendStatistic, series: ScalarSeries)], percents: [Double])
        /// With the state last handed over.
        case histogram(SeriesLabels, SeriesUpdate?)
    }
    private var form: Form
    private let divisor: Double
    private var seen = 0

    /// k6's series of a metric of the catalogue.
    init(_ metric: Metric, _ labels: [SeriesLabel], _ form: TrendForm) {
        self.init(metric.k6Series ?? "", metric.unit == .milliseconds ? .time : .plain, labels, form)
    }

    private init(_ metric: String, _ unit: TrendUnit, _ labels: [SeriesLabel], _ form: TrendForm) {
        divisor = unit.divisor
        switch form {
        case .nativeHistogram:
            self.form = .histogram(SeriesLabels(name: metric + unit.histogramSuffix, labels: labels), nil)
        case .statistics(let statistics):
            self.form = .statistics(
                statistics.map {
                    ($0, ScalarSeries("\(metric)_\($0.suffix)", labels, isCounter: $0 == .count || $0 == .sum))
                },
                percents: statistics.compactMap(\.percent))
        }
    }

    /// Whether `count` values are more than were handed over.
    func isStale(_ count: Int) -> Bool { count > seen }

    /// Adds the states of all statistics to `updates` if there was a new value.
    mutating func update(_ trend: Trend, at time: Int64, _ look: Look, into updates: inout [SeriesUpdate]) {
        guard isStale(trend.count) else { return hold(look, into: &updates) }
        seen = trend.count
        switch form {
        case .histogram(let labels, let last):
            var histogram = NativeHistogram()
            trend.forEachValue { value, count in histogram.add(value / divisor, count: count) }
            // Of a large trend the values are bucket middles; its sum is exact.
            histogram.sum = trend.sum / divisor
            let update = SeriesUpdate(
                labels: labels, value: .histogram(histogram), timestampMilliseconds: time,
                zeroMilliseconds: last == nil ? min(look.previous, time - 1) : nil)
            form = .histogram(labels, update)
            updates.append(update)
        case .statistics(var series, let percents):
            // One owner, so that nothing is copied.
            form = .statistics([], percents: [])
            defer { form = .statistics(series, percents: percents) }
            var percentiles = trend.percentiles(percents)[...]
            for (index, (statistic, _)) in series.enumerated() {
                let value: Double =
                    switch statistic {
                    case .minimum: trend.min / divisor
                    case .average: trend.average / divisor
                    case .maximum: trend.max / divisor
                    // A count has no unit; k6 divides that of times by 1,000 too.
                    case .count: Double(trend.count)
                    case .sum: trend.sum / divisor
                    case .median, .percentile: percentiles.removeFirst() / divisor
                    }
                series[index].series.update(value, at: time, look, into: &updates)
            }
        }
    }

    /// What is a counter, a histogram being many, once more as of now.
    mutating func hold(_ look: Look, into updates: inout [SeriesUpdate]) {
        switch form {
        case .histogram(let labels, let last):
            guard var update = last, look.now > update.timestampMilliseconds else { return }
            update.timestampMilliseconds = look.now
            update.zeroMilliseconds = nil
            form = .histogram(labels, update)
            updates.append(update)
        case .statistics(let series, let percents):
            guard series.contains(where: { $0.statistic == .count || $0.statistic == .sum }) else { return }
            var held = series
            for index in held.indices { held[index].series.hold(look, into: &updates) }
            form = .statistics(held, percents: percents)
        }
    }
}

extension TrendStatistic {
    /// Which percentile has to be computed, if any.
    fileprivate var percent: Double? {
        switch self {
        case .median: 50
        case .percentile(let percent, _): percent
        case .minimum, .average, .maximum, .count, .sum: nil
        }
    }
}
