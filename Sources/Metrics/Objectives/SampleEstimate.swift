// An aggregation of the values of requests with bounds. Percentiles and shares have theirs in Statistics; a mean has the
// variance of its blocks' surplus, as a share does. Counts, the smallest and the largest value are of this run and no estimates.

import Scenarios
import Statistics

enum SampleEstimate {
    /// Not an estimate of anything.
    case exact
    /// Why there is no interval.
    case none(String)
    /// Value and bounds in the metric's unit.
    case bounded(value: Double, low: Double?, high: Double?)

    /// - Parameters:
    ///   - values: in millionths; nil where they are not kept.
    ///   - window: instants that count, nanoseconds since the run's zero.
    ///   - confidence: of the bounds.
    init(
        _ aggregation: ThresholdExpression.Aggregation, of values: Observations?, window: Range<Int64>, isRate: Bool,
        isOverloaded: Bool = false,
        confidence: Confidence = .twoSided95
    ) {
        switch aggregation {
        case .count, .value, .min, .max, .percentile(0), .percentile(100):
            self = .exact
            return
        case .rate where !isRate:
            self = .exact
            return
        default: break
        }
        guard let values else {
            self = .none("its values are not kept one by one")
            return
        }
        if isOverloaded {
            self = .none(NoInterval.overloaded.text)
            return
        }
        switch aggregation {
        case .percentile(let percent): self = Self.percentile(percent / 100, of: values, window, confidence)
        case .med: self = Self.percentile(0.5, of: values, window, confidence)
        case .avg: self = Self.mean(of: values, window, confidence)
        default: self = Self.share(of: values, window, confidence)
        }
    }

    private static func percentile(_ p: Double, of values: Observations, _ window: Range<Int64>, _ confidence: Confidence) -> Self {
        // The commoner tail percentiles know the server's memory better, so they are there too.
        let percentiles = Set([0.9, 0.95, 0.99].filter { $0 < p } + [p]).sorted()
        guard let intervals = LatencyIntervals(LatencyColumns(values, window: window), percentiles: percentiles, confidence: confidence),
            let own = intervals.intervals.last
        else { return .none("no sample") }
        switch intervals.decide(own) {
        case .printed(let low, let high, _):
            return .bounded(value: own.value / 1e6, low: low.map { Double($0) / 1e6 }, high: high.map { Double($0) / 1e6 })
        case .withheld(let reason): return .none(reason.text)
        }
    }

    /// Fewer have blocks without any.
    private static let fewest = 60

    private static func mean(of values: Observations, _ window: Range<Int64>, _ confidence: Confidence) -> Self {
        var (count, sum) = (0, 0.0)
        values.forEach { if window.contains($0.scheduled) { (count, sum) = (count + 1, sum + Double($0.latency)) } }
        guard count >= fewest else { return .none(tooFew(count)) }
        let mean = sum / Double(count)
        var surplus = BlockTotals(window: window)
        values.forEach { surplus.add(Double($0.latency) - mean, at: $0.scheduled) }
        let half = surplus.halfWidth(confidence) / Double(count)
        return .bounded(value: mean / 1e6, low: max(0, mean - half) / 1e6, high: (mean + half) / 1e6)
    }

    private static func share(of values: Observations, _ window: Range<Int64>, _ confidence: Confidence) -> Self {
        var all = BlockTotals(window: window), hits = all
        values.forEach {
            all.add(at: $0.scheduled)
            if $0.outcome == .succeeded { hits.add(at: $0.scheduled) }
        }
        guard all.total >= Double(fewest), let interval = hits.share(of: all, confidence) else { return .none(tooFew(Int(all.total))) }
        return .bounded(value: interval.value, low: interval.low, high: interval.high)
    }

    private static func tooFew(_ count: Int) -> String { "\(count) values, \(fewest) needed" }
}
