// A model that answers at random lengths is slower whenever it happens to write more. Both arms are therefore weighted to
// the same mixture of completion tokens: it finds shifts half as large, and it hides a change of the lengths themselves,
// whose difference is printed beside it.

import Glibc

package enum LengthAdjustment {
    /// Where the pooled lengths are cut into strata: finer towards the long ones, which make the tail of the latencies.
    private static let cuts = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99]

    /// Latencies of one block and arm with the completion tokens of the same requests.
    package struct Arm: Sendable {
        let latencies, tokens: [Double]

        package init(latencies: [Double], tokens: [Double]) {
            precondition(latencies.count == tokens.count)
            self.latencies = latencies
            self.tokens = tokens
        }
    }

    /// ln(B/A) of percentile `p` at equal lengths; `nil` when no stratum has requests of both arms.
    package static func difference(a: Arm, b: Arm, p: Double) -> Double? { differences(a: a, b: b, ps: [p])[0] }

    /// The same of several percentiles.
    package static func differences(a: Arm, b: Arm, ps: [Double]) -> [Double?] {
        let pool = (a.tokens + b.tokens).sorted()
        guard !pool.isEmpty else { return ps.map { _ in nil } }
        let edges = cuts.map { Quantile.linear($0, ofSorted: pool)! }.reduce(into: [Double]()) { edges, edge in
            if edges.last != edge { edges.append(edge) }
        }
        func strata(_ arm: Arm) -> [Int] { arm.tokens.map { tokens in edges.count { $0 <= tokens } } }
        let strataA = strata(a), strataB = strata(b)
        let countA = counts(strataA, edges.count + 1), countB = counts(strataB, edges.count + 1)
        // What only one arm has cannot be compared: weight 0.
        func weight(_ stratum: Int, of own: [Int]) -> Double {
            countA[stratum] > 0 && countB[stratum] > 0 ? Double(countA[stratum] + countB[stratum]) / Double(own[stratum]) : 0
        }
        let ofA = weightedQuantiles(ps, a.latencies, strataA.map { weight($0, of: countA) })
        let ofB = weightedQuantiles(ps, b.latencies, strataB.map { weight($0, of: countB) })
        return zip(ofA, ofB).map { a, b in
            guard let a, let b, a > 0, b > 0 else { return nil }
            return log(b / a)
        }
    }

    private static func counts(_ strata: [Int], _ count: Int) -> [Int] {
        strata.reduce(into: [Int](repeating: 0, count: count)) { $0[$1] += 1 }
    }

    /// For each of `ps` the smallest value with at least that share of the weight at or below it.
    private static func weightedQuantiles(_ ps: [Double], _ values: [Double], _ weights: [Double]) -> [Double?] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return ps.map { _ in nil } }
        let ascending = values.indices.sorted { values[$0] < values[$1] }
        return ps.map { p in
            var below = 0.0
            for index in ascending {
                below += weights[index]
                if below >= p * total { return values[index] }
            }
            return ascending.last.map { values[$0] }
        }
    }
}
