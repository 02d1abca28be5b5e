// Thresholds in a summary: `sml.thresholds` both ways, and the two forms that k6 has for them.

import Base
import Statistics

extension ThresholdResult {
    var json: JSON {
        .object([
            ("metric", .string(selector)), ("threshold", .string(condition)), ("ok", .bool(isMet)),
            ("decision", .string(decision.rawValue)),
            ("value", JSON(figure?.value)), ("low", JSON(figure?.low)), ("high", JSON(figure?.high)), ("unit", .string(unit)),
            ("no_interval", JSON(missing)),
        ])
    }

    init?(_ json: JSON) {
        guard let selector = json["metric"]?.text, let condition = json["threshold"]?.text,
            let decision = json["decision"]?.text.flatMap(Decision.init(rawValue:)), case .bool(let isMet)? = json["ok"]
        else { return nil }
        self.init(
            selector: selector, condition: condition, isMet: isMet, decision: decision,
            figure: json["value"]?.number.map { Figure(value: $0, low: json["low"]?.number, high: json["high"]?.number) },
            unit: json["unit"]?.text ?? "", missing: json["no_interval"]?.text)
    }
}

extension RunResult {
    /// Metrics with thresholds, in the scenario's order, each with its own.
    var thresholdsByMetric: [(selector: String, thresholds: [ThresholdResult])] {
        var selectors: [String] = []
        for threshold in thresholds where !selectors.contains(threshold.selector) { selectors.append(threshold.selector) }
        return selectors.map { selector in (selector, thresholds.filter { $0.selector == selector }) }
    }

    /// Metrics of which a threshold is not met, as k6 names them.
    package var crossedMetrics: [String] {
        thresholdsByMetric.filter { $0.thresholds.contains { !$0.isMet } }.map(\.selector)
    }
}
