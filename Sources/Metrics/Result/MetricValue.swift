// What a metric came to, by the form of its values, and the values of many metrics by name.

/// The value of a metric at the end of a run.
package enum MetricValue: Sendable, Equatable {
    case count(UInt64)
    /// A single number: a largest value, seconds of CPU time.
    case number(Double)
    case rate(Rate)
    case gauge(GaugeValue)
    case trend(TrendValue)
}

/// Last, smallest and largest value; the largest starts at 0, as k6's.
package struct GaugeValue: Sendable, Equatable {
    package var value, min, max: Double
}

/// The statistics of a trend, in the metric's unit. Nil is what a document does not tell: k6's have no count, and one of
/// them three percentiles only.
package struct TrendValue: Sendable, Equatable {
    package var count: Int?
    package var min, avg, med, p90, p95, p99, max: Double?

    package init() {}

    /// Nil without a value, so that zero is never read as a measurement.
    package init?(_ trend: Trend, isCounted: Bool = true) {
        guard !trend.isEmpty else { return nil }
        let all = trend.statistics
        count = isCounted ? all.count : nil
        min = all.min
        avg = all.avg
        med = all.med
        p90 = all.p90
        p95 = all.p95
        p99 = all.p99
        max = all.max
    }

    /// A statistic and what our documents call it.
    package typealias Statistic = (name: String, member: WritableKeyPath<TrendValue, Double?> & Sendable)

    /// In the order in which they are shown.
    package static let statistics: [Statistic] = [
        ("min", \.min), ("avg", \.avg), ("med", \.med), ("p90", \.p90), ("p95", \.p95), ("p99", \.p99), ("max", \.max),
    ]
}

/// Values by name; a metric without a sample has none.
package struct MetricValues: Sendable, Equatable {
    private var values: [MetricName: MetricValue] = [:]

    package init() {}

    package subscript(_ name: MetricName) -> MetricValue? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// A counter's total; 0 when there is none.
    package func count(_ name: MetricName) -> UInt64 {
        if case .count(let value) = values[name] { value } else { 0 }
    }

    /// A counter's total or a single number; nil when there is none.
    package func number(_ name: MetricName) -> Double? {
        switch values[name] {
        case .count(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package func trend(_ name: MetricName) -> TrendValue? {
        if case .trend(let value) = values[name] { value } else { nil }
    }

    package func rate(_ name: MetricName) -> Rate? {
        if case .rate(let value) = values[name] { value } else { nil }
    }

    package func gauge(_ name: MetricName) -> GaugeValue? {
        if case .gauge(let value) = values[name] { value } else { nil }
    }

    /// Names of the metrics that have a value.
    package var names: Set<MetricName> { Set(values.keys) }
}
