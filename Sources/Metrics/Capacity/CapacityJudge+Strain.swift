// How near a window is to the limits that it is judged by, as one number that the search can draw a curve of.

import Glibc
import Scenarios
import Statistics

extension CapacityJudge {
    /// Of the objective that is nearest to its limit, or furthest beyond; nil where there is none but implied ones.
    ///
    /// - Parameters:
    ///   - findings: of the window, in the order of ``objectives``.
    ///   - seconds: its length.
    ///   - tail: what each bound may fail with; nil of a probe, which has none.
    package func strain(_ findings: [CapacityFinding], seconds: Double, tail: Double?) -> CapacityStrain? {
        let z = tail.map { Confidence.confirming(tail: $0).z }
        return zip(zip(thresholds, objectives), findings).compactMap { pair, finding -> CapacityStrain? in
            let (threshold, objective) = pair
            guard !objective.isImplied, let value = finding.figure?.value else { return nil }
            let expression = threshold.expression
            let strain = Self.strain(value, expression)
            let bound = finding.bound.map { Self.strain($0, expression) }
            let spread = zip(bound, z).map { max(0, $0 - strain) / $1 }
            return CapacityStrain(value: strain, spread: spread, seconds: seconds)
        }.max { $0.value < $1.value }
    }

    /// Where the limit is far, e^5, further does not matter.
    private static let most = 5.0

    private static func strain(_ value: Double, _ expression: ThresholdExpression) -> Double {
        let isShare = expression.aggregation == .rate
        let ratio =
            switch (expression.isUpperLimit, isShare) {
            case (true, _): value / expression.limit
            case (false, true): (1 - value) / (1 - expression.limit)
            case (false, false): expression.limit / value
            }
        guard !ratio.isNaN else { return 0 }
        return ratio > 0 ? min(max(log(ratio), -most), most) : -most
    }
}

private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
}
