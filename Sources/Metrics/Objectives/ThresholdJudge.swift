// Judges thresholds: the value as k6 computes it, of the whole run, and its interval by the blocks that all intervals here are
// made of (docs/STATISTICS.md). While a run goes on only the values are looked at.

import Base
import Generator
import Scenarios
import Statistics

extension BoundThreshold {
    /// The value of this threshold's aggregation; nil without a sample.
    ///
    /// - Parameter seconds: what a counter's rate is divided by.
    func value(_ sum: MetricSum?, seconds: Double) -> Double? {
        let aggregation = threshold.expression.aggregation
        switch sum {
        case .count(let total): return aggregation == .rate ? (seconds > 0 ? Double(total) / seconds : nil) : Double(total)
        case .number(let number): return aggregation == .rate ? (seconds > 0 ? number / seconds : nil) : number
        case .rate(let rate): return rate.total == 0 ? nil : rate.value
        case .gauge(let gauge): return gauge.isEmpty ? nil : gauge.value
        case .trend(let trend):
            guard !trend.isEmpty else { return nil }
            switch aggregation {
            case .avg: return trend.average
            case .min: return trend.min
            case .max: return trend.max
            case .med: return trend.percentile(50)
            case .percentile(let percent): return trend.percentile(percent)
            case .count, .rate, .value: return nil
            }
        case nil: return nil
        }
    }

    /// k6's answer for a metric without a sample: its statistics are 0, but a rate of nothing is passed over.
    var isMetWithoutSample: Bool { metric.kind == .rate || threshold.expression.holds(0) }

    fileprivate func sum(_ conclusion: RunConclusion) -> MetricSum? {
        if case .concluded(let read) = metric.source { return read(conclusion).map(MetricSum.number) }
        return metric.sum(conclusion.statistics, label: threshold.label)
    }
}

extension RunStatistics {
    /// Of each threshold whether its value as it stands now meets it; nil without a sample.
    package func thresholdsMet(elapsed: Int64) -> [Bool?] {
        objectives.thresholds.map { bound in
            bound.value(bound.metric.sum(self, label: bound.threshold.label), seconds: Double(elapsed) / 1e9)
                .map(bound.threshold.expression.holds)
        }
    }

    /// Why the run must end now; nil when it goes on. As k6 says it.
    package func reasonToAbort(elapsed: Int64) -> String? {
        let met = thresholdsMet(elapsed: elapsed)
        let bound = objectives.thresholds.map(\.threshold)
        let aborts = zip(bound, met).contains { threshold, met in
            met == false && threshold.abortOnFail && threshold.delayAbortEval.map { $0.nanoseconds < elapsed } ?? true
        }
        guard aborts else { return nil }
        var names: [String] = []
        for (threshold, met) in zip(bound, met) where met == false && !names.contains(threshold.selector) {
            names.append(threshold.selector)
        }
        return "thresholds on metrics '\(names.sorted().joined(separator: ", "))' were crossed; at least one has abortOnFail"
    }
}

extension ThresholdResult {
    /// Of a run that has ended, in the order of the scenario.
    static func all(_ conclusion: RunConclusion, isOverloaded: Bool) -> [ThresholdResult] {
        let objectives = conclusion.statistics.objectives
        let window = 0..<max(1, conclusion.outcome.duration)
        return objectives.thresholds.enumerated().map { index, bound in
            let expression = bound.threshold.expression
            let value = bound.value(bound.sum(conclusion), seconds: Double(conclusion.outcome.duration) / 1e9)
            var result = ThresholdResult(
                selector: bound.threshold.selector, condition: expression.source,
                isMet: value.map(expression.holds) ?? bound.isMetWithoutSample,
                decision: .undecided, figure: value.map { Figure(value: $0) }, unit: bound.metric.unit.rawValue)
            guard let value else {
                result.missing = "no sample"
                return result
            }
            switch SampleEstimate(
                expression.aggregation, of: objectives.hasValues(index) ? objectives.values(index) : nil, window: window,
                isRate: bound.metric.kind == .rate, isOverloaded: isOverloaded)
            {
            case .exact: result.decision = result.isMet ? .met : .notMet
            case .none(let why): result.missing = why
            case .bounded(_, let low, let high):
                result.figure = Figure(value: value, low: low, high: high)
                result.decision = expression.decision(value: value, low: low, high: high)
            }
            return result
        }
    }
}
