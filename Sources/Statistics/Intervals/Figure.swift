// A number of a result with what is known of its uncertainty. Unlike the estimates it is made from it is only what is shown,
// so that a document can be read back into it.

/// A value with bounds where it has them.
package struct Figure: Sendable, Equatable {
    package let value: Double
    package let low, high: Double?

    package init(value: Double, low: Double? = nil, high: Double? = nil) {
        self.value = value
        self.low = low
        self.high = high
    }

    package init(_ interval: Interval) { self.init(value: interval.value, low: interval.low, high: interval.high) }
}

/// A percentile of latency, milliseconds.
package struct PercentileFigure: Sendable, Equatable {
    /// The share of values below it.
    package let p: Double
    package let figure: Figure
    /// How many independent events lie beyond it, where that is few enough to be said.
    package let fewEvents: Int?
    /// Why there is no interval.
    package let missing: NoInterval?

    package init(p: Double, figure: Figure, fewEvents: Int? = nil, missing: NoInterval? = nil) {
        self.p = p
        self.figure = figure
        self.fewEvents = fewEvents
        self.missing = missing
    }
}

extension LatencyIntervals {
    /// What is shown of each percentile.
    package func figures(rule: PrintingRule = .valuesBeyond, overloaded: Bool = false) -> [PercentileFigure] {
        intervals.map { figure($0, rule: rule, overloaded: overloaded) }
    }

    func figure(_ interval: PercentileInterval, rule: PrintingRule, overloaded: Bool) -> PercentileFigure {
        let value = interval.value / 1e6
        switch decide(interval, rule: rule, overloaded: overloaded) {
        case .printed(let low, let high, let fewEvents):
            return PercentileFigure(
                p: interval.p, figure: Figure(value: value, low: low.map { Double($0) / 1e6 }, high: high.map { Double($0) / 1e6 }),
                fewEvents: fewEvents)
        case .withheld(let reason): return PercentileFigure(p: interval.p, figure: Figure(value: value), missing: reason)
        }
    }
}
