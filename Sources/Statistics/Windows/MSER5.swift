// Where a run stops warming up, by MSER-5 (White, Cobb and Spratt, "A comparison of five steady-state truncation
// heuristics", WSC 2000): leave out the head that makes the mean of the rest most certain. It needs no threshold of ours. On
// a run that was steady from the start it cuts at random, therefore the guard.

import Glibc

package enum MSER5 {
    /// How many values are averaged before the search.
    static let group = 5
    /// How many standard deviations the head must differ from the rest.
    private static let guardDeviations = 3.0

    /// The number of leading values to cut from `values`, one a second, at most half. `atLimit` when the best cut is the
    /// last that was tried: no steady part was found.
    package static func cut(_ values: [Double]) -> (seconds: Int, atLimit: Bool) {
        let means = stride(from: 0, through: values.count - group, by: group).map { mean(values[$0..<$0 + group]) }
        let candidates = max(1, means.count / 2)
        var (sum, squares) = (0.0, 0.0)
        var best = (error: Double.infinity, cut: 0)
        for cut in means.indices.reversed() {
            sum += means[cut]
            squares += means[cut] * means[cut]
            let rest = Double(means.count - cut)
            // The squared standard error of the rest's mean. Of equal ones the earliest cut wins.
            let error = (squares - sum * sum / rest) / (rest * rest)
            if cut < candidates, error <= best.error { best = (error, cut) }
        }
        return (group * best.cut, best.cut >= candidates - 1)
    }

    /// `cut`, if the mean of the values before it is unlike the means of equally long parts after it; otherwise 0.
    package static func guarded(_ values: [Double], cut: Int) -> Int {
        guard cut > 0, values.count >= 2 * cut else { return 0 }
        let head: Double
        let rest: [Double]
        if (values.count - cut) / cut >= 4 {
            head = mean(values[..<cut])
            rest = parts(values[cut...], length: cut)
        } else {
            // Too few to tell their spread: quarters of the head.
            let length = max(1, cut / 4)
            head = mean(parts(values[..<cut], length: length)[...])
            rest = parts(values[cut...], length: length)
        }
        return abs(head - mean(rest[...])) > guardDeviations * deviation(rest) ? cut : 0
    }

    /// Means of the whole parts of this length.
    private static func parts(_ values: ArraySlice<Double>, length: Int) -> [Double] {
        stride(from: values.startIndex, through: values.endIndex - length, by: length).map { mean(values[$0..<$0 + length]) }
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

    private static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let middle = mean(values[...])
        return (values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count - 1)).squareRoot()
    }
}
