// Student's t distribution for whole degrees of freedom. A function and not a table, because three users want what no table
// of fixed columns has: Holm over any number of percentiles, the one-sided levels of a capacity's confirmation, and p-values.
// With whole degrees the probability is a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4), exact to rounding.

import Glibc

package enum StudentT {
    /// The probability that |T| is at most `t` ≥ 0.
    private static func within(_ t: Double, degrees: Int) -> Double {
        let angle = atan(t / Double(degrees).squareRoot())
        let cosine = cos(angle)
        let square = cosine * cosine
        let isOdd = degrees % 2 == 1
        // Terms of cos⁰ (even) or cos¹ (odd) up to cos^(degrees − 2), each from the one before.
        var term = isOdd ? cosine : 1
        var sum = degrees == 1 ? 0 : term
        var power = isOdd ? 3 : 2
        while power <= degrees - 2 {
            term *= square * Double(power - 1) / Double(power)
            sum += term
            power += 2
        }
        return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
    }

    /// The t that a share `tail` of values lies above, 0 < `tail` ≤ 0.5; `degrees` ≥ 1.
    package static func quantile(upperTail tail: Double, degrees: Int) -> Double {
        Bisection.fall(of: { (1 - within($0, degrees: degrees)) / 2 }, to: tail)
    }

    /// The probability of a value further from 0 than `t`, on both sides. Below 1e-15 it is 0.
    package static func twoSidedProbability(_ t: Double, degrees: Int) -> Double {
        max(0, 1 - within(abs(t), degrees: degrees))
    }
}
