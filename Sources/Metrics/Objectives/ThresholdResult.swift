// What came of a threshold: whether it holds for the value that was measured, which is k6's question and decides the exit code,
// and whether it would hold again, which only the interval of that value can say.

import Base
import Scenarios
import Statistics

/// A threshold at the end of a run.
package struct ThresholdResult: Sendable, Equatable {
    /// By where the value's 95 % interval lies. Raw values stand in summaries.
    package enum Decision: String, Sendable {
        case met
        case notMet = "not_met"
        /// The interval has the limit inside, or there is none.
        case undecided
    }

    /// Metric and label, as the scenario has them.
    package var selector: String
    package var condition: String
    /// Whether the value itself meets it.
    package var isMet: Bool
    package var decision: Decision
    /// In the metric's unit; nil without a sample.
    package var figure: Figure?
    package var unit: String
    /// Why there is no interval; nil where there is one, and for counts and extremes, which are what they are.
    package var missing: String?

    package init(
        selector: String, condition: String, isMet: Bool, decision: Decision, figure: Figure?, unit: String = "", missing: String? = nil
    ) {
        self.selector = selector
        self.condition = condition
        self.isMet = isMet
        self.decision = decision
        self.figure = figure
        self.unit = unit
        self.missing = missing
    }
}

extension ThresholdExpression {
    /// Whether all of an interval, or none of it, meets this. Equality is a matter of the value alone.
    func decision(value: Double, low: Double?, high: Double?) -> ThresholdResult.Decision {
        let isAbove: Bool
        switch comparison {
        case .equal, .strictlyEqual, .notEqual: return holds(value) ? .met : .notMet
        case .less, .lessEqual: isAbove = false
        case .greater, .greaterEqual: isAbove = true
        }
        let (best, worst) = isAbove ? (high, low) : (low, high)
        if let worst, holds(worst) { return .met }
        if let best, !holds(best) { return .notMet }
        return .undecided
    }
}
