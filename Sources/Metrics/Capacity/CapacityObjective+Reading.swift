// What an objective says to somebody who draws it: where its limit is, and of what kind its values are.

import Scenarios

extension CapacityObjective {
    /// The number behind the comparison, in the metric's unit; nil for a condition that is none.
    package var limit: Double? { ThresholdExpression(condition)?.limit }

    /// Nil for a metric that there is not.
    package var unit: Metric.Unit? {
        Catalog.metric(called: String(selector.prefix { $0 != "{" }))?.unit
    }
}
