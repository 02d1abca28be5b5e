// What a metric came to, read off the statistics. What is kept by label or exchange is merged when it is asked for.

import Generator

extension Metric {
    /// Whether a result has it: every member of a summary, ours or k6's.
    package var isResult: Bool { name.section != nil || k6 != nil }

    /// Of the run as a whole; nil without a sample.
    func value(_ run: RunStatistics) -> MetricValue? { value(sum(run), isCounted: isCounted) }

    /// Of the run, or of its requests of one prompt label, which is nothing for what is kept once for the run.
    func sum(_ run: RunStatistics, label: String? = nil) -> MetricSum? {
        func isMeant(_ name: String) -> Bool { label == nil || label == name }
        switch source {
        case .run(let reading): return label == nil ? reading.merged([run]) : nil
        case .label(let reading): return reading.merged(run.labels.filter { isMeant($0.label) })
        case .exchange(let reading):
            return reading.merged(label == nil ? run.exchanges : run.exchanges.filter { isMeant(run.labels[Int($0.key.label)].label) })
        case .sampled, .exchanged: return label == nil ? .count(run.fed[name]) : nil
        case .succeeded, .streamed:
            return .trend(Trend.merged(run.labels.lazy.filter { isMeant($0.label) }.map { $0.fed[name].trend }))
        case .concluded, .elsewhere: return nil
        }
    }

    /// Of the run as a whole, when it has ended; nil without a sample.
    func value(_ conclusion: RunConclusion) -> MetricValue? {
        if case .concluded(let read) = source { read(conclusion).map(MetricValue.number) } else { value(conclusion.statistics) }
    }

    /// The run's value of what is one number as a series: a total, a share, the last value of a gauge; nil without one.
    package func number(_ run: RunStatistics) -> Double? {
        switch value(run) {
        case .count(let total): Double(total)
        case .number(let number): number
        case .rate(let rate): rate.value
        case .gauge(let gauge): gauge.value
        case .trend, nil: nil
        }
    }

    /// What is kept of the run's values; nil for what is no trend of the run.
    package func trend(_ run: RunStatistics) -> Trend? {
        if case .run(.trend(let read, _)) = source { read(run) } else { nil }
    }

    /// End of the newest sample of what is kept once for the run, nanoseconds since its start; nil without one.
    package func newest(_ run: RunStatistics) -> Int64? {
        guard case .run(let reading) = source else { return nil }
        return switch reading {
        case .counter(_, let newest), .trend(_, let newest), .rate(_, let newest), .gauge(_, let newest): newest?(run)
        case .number: nil
        }
    }

    /// Of one prompt label; nil without a sample, and for what is not kept by label.
    func value(_ label: LabelStatistics, exchanges: [ExchangeStatistics]) -> MetricValue? {
        switch source {
        case .label(let reading): value(reading.merged([label]), isCounted: true)
        case .exchange(let reading): value(reading.merged(exchanges), isCounted: true)
        case .succeeded, .streamed: value(.trend(label.fed[name].trend), isCounted: true)
        case .run, .sampled, .exchanged, .concluded, .elsewhere: nil
        }
    }

    /// Documents of k6, which are all that has a metric without a section, do not say of how many values a trend is.
    private var isCounted: Bool { name.section != nil }

    private func value(_ sum: MetricSum?, isCounted: Bool) -> MetricValue? {
        switch sum {
        case .count(let total): .count(total)
        case .number(let number): .number(number)
        case .rate(let rate): rate.total == 0 ? nil : .rate(rate)
        case .gauge(let gauge):
            gauge.isEmpty ? nil : .gauge(GaugeValue(value: gauge.value, min: gauge.min, max: gauge.k6Max))
        case .trend(let trend): TrendValue(trend, isCounted: isCounted).map(MetricValue.trend)
        case nil: nil
        }
    }
}

/// What several owners of a metric have together.
package enum MetricSum: Sendable {
    case count(UInt64)
    case number(Double)
    case rate(Rate)
    case gauge(Gauge)
    case trend(Trend)
}

extension MetricReading {
    /// Nil where nothing is known. Gauges and single numbers are kept once, not by label.
    func merged(_ owners: some Collection<Owner>) -> MetricSum? {
        switch self {
        case .counter(let read, _):
            var total: UInt64?
            for owner in owners { total = read(owner).map { $0 &+ (total ?? 0) } ?? total }
            return (total ?? (owners.isEmpty ? 0 : nil)).map(MetricSum.count)
        case .rate(let read, _): return .rate(owners.reduce(into: Rate()) { $0.merge(read($1)) })
        case .gauge(let read, _): return owners.first.map { .gauge(read($0)) }
        case .trend(let read, _): return .trend(Trend.merged(owners.lazy.map(read)))
        case .number(_, let read): return owners.first.flatMap(read).map(MetricSum.number)
        }
    }
}
