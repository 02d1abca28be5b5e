// The smallest samples from which something can be said about a percentile at all, if requests were independent. With
// correlated ones the effective count is what has to reach them (docs/STATISTICS.md, "Floors").

import Glibc

package enum SampleFloor {
    /// Independent requests with `events` of them beyond p.
    package static func tailEvents(_ p: Double, events: Int = 5) -> Int {
        // 5 / (1 − 0.9) is a little above 50 in doubles.
        Int((Double(events) / min(p, 1 - p) - 1e-6).rounded(.up))
    }

    /// The first size at which Wilson's band has an order statistic at both ends.
    package static func bothBounds(_ p: Double, confidence: Confidence = .twoSided95) -> Int {
        (2...).first { size in
            let (low, high) = EffectiveSample.wilson(p: p, size: Double(size), z: confidence.z)
            return Int((Double(size) * low).rounded(.down)) >= 1 && Int((Double(size) * high).rounded(.up)) < size
        }!
    }

    /// The first size at which the largest value is above the percentile with probability `confidence`, or the second
    /// largest, as MLPerf's early stopping has it.
    package static func largestBounds(_ p: Double, confidence: Double, second: Bool = false) -> Int {
        (1...).first { size in
            let missed = pow(p, Double(size)) + (second ? Double(size) * (1 - p) * pow(p, Double(size - 1)) : 0)
            return missed <= 1 - confidence
        }!
    }
}
