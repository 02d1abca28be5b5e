// The normal distribution, as far as intervals need it: the value that a given share lies above. A function and not the
// constant 1.96, because a confirmation that looks several times needs other levels than 0.05.

import Glibc

enum Normal {
    /// The probability of a value above `z`.
    static func upperTail(_ z: Double) -> Double { 0.5 * erfc(z / 2.0.squareRoot()) }

    /// The z with `upperTail(z) == tail`, for 0 < `tail` ≤ 0.5.
    static func quantile(upperTail tail: Double) -> Double { Bisection.fall(of: upperTail, to: tail) }
}
