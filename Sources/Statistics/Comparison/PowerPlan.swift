// How long a comparison must last to find a shift, asked before it is run. The error of a comparison falls with the root of its
// time, whatever it is made of; so one that was run tells about any other of the same load, and so does the spread between minutes.

import Glibc

package enum PowerPlan {
    /// A comparison is cut into no more blocks than this, however long.
    private static let blocks = 20
    /// What is shorter has hardly a percentile with an interval, whatever it would find.
    private static let shortest = 60.0

    /// Seconds after which a shift of `share` (0.03 for 3 %) is found 80 % of the time, where `seconds` find one of
    /// `detectable`.
    package static func seconds(toFind share: Double, detectable: Double, in seconds: Double) -> Double {
        let ratio = log1p(detectable) / log1p(share)
        return max(shortest, seconds * ratio * ratio)
    }

    /// The same from `spread`, the standard deviation of ln(B/A) between parts of a minute.
    package static func seconds(toFind share: Double, spreadOfMinutes spread: Double) -> Double {
        let critical =
            StudentT.quantile(upperTail: 0.025, degrees: blocks - 1) + StudentT.quantile(upperTail: 0.2, degrees: blocks - 1)
        let minutes = critical * spread / log1p(share)
        return max(shortest, 60 * minutes * minutes)
    }
}
