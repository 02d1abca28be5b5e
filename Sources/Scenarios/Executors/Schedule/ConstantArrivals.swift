// The constant arrival rate. k6 rounds the time between two arrivals down to whole nanoseconds and repeats that (k6
// §4.3), which fits a 91st arrival into 3 s at 30/s; here each instant is computed from the arrival's number.

import Base

/// Arrival `i` is due at `⌊i · timeUnit / rate⌋`, for all `i · timeUnit / rate < duration`.
///
/// That are exactly `rate · duration / timeUnit` arrivals where this is whole, and the next whole number where it is
/// not: the one at the start is always there, the one at exactly the end never.
package final class ConstantArrivals: ArrivalSchedule {
    private let rate: Int64
    /// Nanoseconds.
    private let timeUnit: Int64
    /// Nanoseconds.
    private let duration: Int64
    package let count: Int

    package init(rate: Int, timeUnit: Duration, duration: Duration) {
        self.rate = max(1, Int64(rate))
        self.timeUnit = max(1, timeUnit.nanoseconds)
        self.duration = max(0, duration.nanoseconds)
        let product = Int128(self.duration) * Int128(self.rate)
        let unit = Int128(self.timeUnit)
        count = Int(min(Int128(Self.mostArrivals), (product + unit - 1) / unit))
    }

    package func due(_ index: Int) -> Int64? {
        guard index < count else { return nil }
        let (product, overflow) = Int64(index).multipliedReportingOverflow(by: timeUnit)
        // From arrival 9 billion on at a unit of a second.
        if overflow { return Int64(clamping: Int128(index) * Int128(timeUnit) / Int128(rate)) }
        return product / rate
    }

    package func due(_ index: Int, place: inout ArrivalPlace) -> Int64? { due(index) }

    package func rate(at elapsed: Int64) -> Double {
        elapsed < duration ? Double(rate) / Duration.nanoseconds(timeUnit).inSeconds : 0
    }

    /// `⌊i·u/r⌋ ≤ t` is `i·u < (t+1)·r`.
    package func dueCount(by time: Int64) -> Int {
        guard time >= 0 else { return 0 }
        let below = (Int128(time) + 1) * Int128(rate)
        return Int(min(Int128(count), (below - 1) / Int128(timeUnit) + 1))
    }
}
