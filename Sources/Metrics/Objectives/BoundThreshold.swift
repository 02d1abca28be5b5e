// A threshold together with the metric it is about. A name that nothing has, an aggregation that the metric does not have and
// a label that no prompt has are mistakes in a scenario, found before the first request; k6 finds the first two.

import Base
import Scenarios

package struct BoundThreshold: Sendable {
    package let threshold: Threshold
    let metric: Metric

    /// Binds all of them.
    ///
    /// - Parameter labels: of the prompts that will be sent; nil where they are not known yet.
    /// - Throws: ``ConfigurationError`` (104) that names the metric and what there is.
    package static func bind(_ thresholds: [Threshold], labels: [String]?) throws(ConfigurationError) -> [BoundThreshold] {
        var bound: [BoundThreshold] = []
        for threshold in thresholds { bound.append(try BoundThreshold(threshold, labels: labels)) }
        return bound
    }

    private init(_ threshold: Threshold, labels: [String]?) throws(ConfigurationError) {
        func error(_ message: String) -> ConfigurationError {
            ConfigurationError(.configuration, "thresholds: \(threshold.selector): \(message)")
        }
        guard let metric = Catalog.metric(called: threshold.metric) else {
            throw error(
                "there is no such metric; expected one of k6's or of docs/METRICS.md, such as \(Catalog.usual.joined(separator: ", "))")
        }
        let accepted = metric.kind.aggregations
        guard accepted.contains(threshold.expression.aggregation.kindName) else {
            throw error(
                "\(threshold.expression.source): a \(metric.kind.rawValue) has no \(threshold.expression.aggregation.name); expected "
                    + accepted.joined(separator: ", "))
        }
        if let label = threshold.label {
            guard metric.scope != .run else { throw error("this metric is not kept by label; expected \(threshold.metric) alone") }
            if let labels, !labels.contains(label) {
                throw error("no prompt has that label; expected one of \(labels.prefix(20).joined(separator: ", "))")
            }
        }
        self.threshold = threshold
        self.metric = metric
    }
}

extension Catalog {
    /// By k6's name, by its member of `sml` (`stream.ttft_ms`), or by the last part of that where only one has it.
    static func metric(called name: String) -> Metric? {
        let all = all.filter(\.isResult)
        if let metric = all.first(where: { $0.k6 == name || $0.name.text == name }) { return metric }
        let found = all.filter { $0.name.key == name }
        return found.count == 1 ? found[0] : nil
    }

    /// Named in an error.
    fileprivate static let usual = [
        "e2e_latency_ms", "ttft_ms", "tpot_ms", "success_rate", "http_req_duration", "http_req_failed", "tokens_per_second",
        "goodput.share",
    ]
}

extension Metric.Kind {
    /// As k6 has them.
    fileprivate var aggregations: [String] {
        switch self {
        case .counter: ["count", "rate"]
        case .gauge: ["value"]
        case .rate: ["rate"]
        case .trend: ["avg", "min", "med", "max", "p(N)"]
        }
    }
}

extension ThresholdExpression.Aggregation {
    fileprivate var kindName: String { if case .percentile = self { "p(N)" } else { name } }
}
