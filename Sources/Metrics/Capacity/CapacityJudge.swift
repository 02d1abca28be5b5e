// Whether a window of a probe meets the objectives: by its values, as the search does, or by bounds that are wrong with a known
// probability, as a confirmation does. The bounds are those of every interval here (docs/STATISTICS.md), on one side.

import Base
import Scenarios
import Statistics

package struct CapacityJudge: Sendable {
    /// In the order in which a probe's run has them: asked for, then implied.
    package let thresholds: [Threshold]
    package let objectives: [CapacityObjective]

    /// - Parameter labels: of the prompts that will be sent; nil where they are not known yet.
    /// - Throws: ``ConfigurationError`` for what is not of single requests, and what ``Plan/capacityObjectives()`` throws.
    package init(_ plan: Plan, labels: [String]?) throws(ConfigurationError) {
        let (asked, implied) = try plan.capacityObjectives()
        thresholds = asked + implied
        let goodness = plan.objectives.request.map(RequestGoodness.init)
        for bound in try BoundThreshold.bind(thresholds, labels: labels) {
            guard RequestMeasure.of(bound.metric, objective: goodness) == nil else { continue }
            throw ConfigurationError(
                .configuration,
                "thresholds: \(bound.threshold.selector): \(bound.threshold.expression.source): is not a figure of single requests, which "
                    + "a capacity is judged by; expected one such as e2e_latency_ms, ttft_ms, tpot_ms, success_rate or goodput.share")
        }
        objectives =
            asked.map { CapacityObjective(selector: $0.selector, condition: $0.expression.source) }
            + implied.map { CapacityObjective(selector: $0.selector, condition: $0.expression.source, isImplied: true) }
    }

    /// What the window says of each objective.
    ///
    /// - Parameters:
    ///   - window: instants that count, nanoseconds since the probe's zero.
    ///   - tail: what each bound may fail with; nil to judge by the values.
    package func findings(_ statistics: RunStatistics, window: Range<Int64>, tail: Double?) -> [CapacityFinding] {
        let confidence = tail.map(Confidence.confirming)
        return zip(statistics.objectives.thresholds.indices, zip(statistics.objectives.thresholds, objectives)).map { index, pair in
            let (bound, objective) = pair
            let values = statistics.objectives.values(index)
            return finding(bound, objective, values, window: window, confidence: objective.isImplied ? nil : confidence)
        }
    }

    private func finding(
        _ bound: BoundThreshold, _ objective: CapacityObjective, _ values: Observations, window: Range<Int64>, confidence: Confidence?
    ) -> CapacityFinding {
        let expression = bound.threshold.expression
        func estimate(_ confidence: Confidence) -> SampleEstimate {
            SampleEstimate(
                expression.aggregation, of: values, window: window, isRate: bound.metric.kind == .rate, confidence: confidence)
        }
        var finding = CapacityFinding(selector: objective.selector, condition: objective.condition)
        guard let value = expression.aggregation.value(of: values, window: window) else {
            finding.missing = "no sample"
            return finding
        }
        finding.figure = Figure(value: value)
        if case .bounded(_, let low, let high) = estimate(.twoSided95) { finding.figure = Figure(value: value, low: low, high: high) }
        guard let confidence else {
            finding.isMet = expression.holds(value)
            return finding
        }
        switch estimate(confidence) {
        case .bounded(_, let low, let high):
            finding.bound = expression.isUpperLimit ? high : low
            finding.isMet = expression.holds(value) && finding.bound.map(expression.holds) == true
            if finding.bound == nil { finding.missing = "too few requests for a bound" }
        case .none(let why): finding.missing = why
        case .exact: break
        }
        return finding
    }

    /// Requests without which no bound can meet the objectives, however good they are.
    package func neededRequests(tail: Double) -> Int {
        let z = Confidence.confirming(tail: tail).z
        return thresholds.prefix(objectives.filter { !$0.isImplied }.count).map { threshold -> Int in
            switch threshold.expression.aggregation {
            case .percentile(let percent): Int((PrintingRule.neededBeyond / min(1 - percent / 100, 0.5)).rounded(.up)) + 1
            case .rate:
                // Wilson's bound of a share of all, with half as much for some that are not.
                Int((1.5 * z * z * Self.odds(threshold.expression)).rounded(.up)) + 1
            default: 60
            }
        }.max() ?? 0
    }

    /// How much more there is on the good side of a share's limit than on the other.
    private static func odds(_ expression: ThresholdExpression) -> Double {
        let share = min(max(expression.isUpperLimit ? 1 - expression.limit : expression.limit, 0), 0.9999)
        return share / (1 - share)
    }
}

extension ThresholdExpression {
    /// `<` and `<=`.
    var isUpperLimit: Bool { comparison == .less || comparison == .lessEqual }
}

extension ThresholdExpression.Aggregation {
    /// Of the values in a window, in the metric's unit; nil without one, and for what is no estimate.
    fileprivate func value(of values: Observations, window: Range<Int64>) -> Double? {
        func quantile(_ p: Double) -> Double? { LatencyColumns(values, window: window).quantiles([p]).first.map { $0 / 1e6 } }
        switch self {
        case .percentile(let percent): return quantile(percent / 100)
        case .med: return quantile(0.5)
        case .avg, .rate:
            var (count, sum, hits) = (0.0, 0.0, 0.0)
            values.forEach {
                guard window.contains($0.scheduled) else { return }
                count += 1
                sum += Double($0.latency)
                if $0.outcome == .succeeded { hits += 1 }
            }
            guard count > 0 else { return nil }
            return self == .rate ? hits / count : sum / count / 1e6
        case .count, .value, .min, .max: return nil
        }
    }
}
