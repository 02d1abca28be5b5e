// Random arrivals that know nothing of each other: a Poisson process. Many independent users together look like this,
// and a server that copes with an even rate may not cope with its bursts. The instants are a pure function of the seed:
// every shard, task and machine that asks gets the same ones, since nothing here depends on a maths library.

import Base

/// Gaps of the unit-rate process are exponential with mean 1; arrival `i` is due where the area under the rate curve
/// reaches the sum of the first `i + 1` of them, rounded down to whole nanoseconds. With a constant rate that makes
/// exponential gaps of mean `timeUnit / rate`; with stages the process that follows them (Çinlar's time change).
///
/// There is no formula for a sum, so a reader adds up from its ``ArrivalPlace``, O(1) an arrival in order; sums kept
/// along the way, at most 2,048 (16 kB), bound what a jump costs.
final class PoissonArrivals: ArrivalSchedule {
    let count: Int
    private let curve: RateCurve
    /// The state of SplitMix64 before the first gap.
    private let origin: UInt64
    /// `sums[n]` is the sum of the first `n · spacing` gaps.
    private let sums: [UInt64]
    private let spacing: Int

    /// Sums count in 2⁻³⁶ of the mean gap: 0.015 ns at one arrival a second.
    private static let one = UInt64(1) << 36
    private static let mostSums = 2_048
    /// More arrivals than this are not planned, on average: they are counted once, at 30 ns each.
    static let mostExpected = 100_000_000

    /// - Precondition: `curve` has at most ``mostExpected`` arrivals.
    init(curve: RateCurve, seed: UInt64) {
        precondition(curve.area / curve.unit <= Self.mostExpected)
        self.curve = curve
        // Another start than that of the same seed's think times.
        origin = SplitMix64.mix(seed ^ 0x506F_6973_736F_6E21)
        let limit = UInt64(curve.area * Int128(Self.one) / curve.unit)
        var count = 0
        var sum: UInt64 = 0
        var sums: [UInt64] = [0]
        var spacing = 64
        while true {
            sum += Self.gap(count, origin: origin)
            guard sum < limit else { break }
            count += 1
            guard count % spacing == 0 else { continue }
            sums.append(sum)
            if sums.count > Self.mostSums {
                sums = stride(from: 0, to: sums.count, by: 2).map { sums[$0] }
                spacing *= 2
            }
        }
        self.count = count
        self.sums = sums
        self.spacing = spacing
    }

    func due(_ index: Int, place: inout ArrivalPlace) -> Int64? {
        guard index < count else { return nil }
        let wanted = index + 1
        if wanted < place.gaps { place = ArrivalPlace() }
        let kept = wanted / spacing
        if kept * spacing > place.gaps {
            place.gaps = kept * spacing
            place.sum = sums[kept]
        }
        while place.gaps < wanted {
            place.sum += Self.gap(place.gaps, origin: origin)
            place.gaps += 1
        }
        // At least 1, so that the instant lies in a stage that has arrivals.
        let area = max(1, Int128(place.sum) * curve.unit / Int128(Self.one))
        return curve.instant(ofArea: area, stage: &place.stage)
    }

    func dueCount(by time: Int64) -> Int {
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            var place = ArrivalPlace()
            if let due = due(middle * spacing - 1, place: &place), due <= time { low = middle } else { high = middle - 1 }
        }
        var found = low * spacing
        var place = ArrivalPlace()
        while let due = due(found, place: &place), due <= time { found += 1 }
        return found
    }

    func rate(at elapsed: Int64) -> Double { curve.rate(at: elapsed) }

    /// The end of the last stage in which there can be an arrival.
    var end: Int64 {
        curve.segments.last { $0.areaAfter > $0.areaBefore }.map { $0.start + $0.length } ?? 0
    }

    /// Gap number `index` in ``one``: −ln of a uniform number in (0, 1].
    private static func gap(_ index: Int, origin: UInt64) -> UInt64 {
        let bits = SplitMix64.mix(origin &+ UInt64(index + 1) &* SplitMix64.step) >> 11
        return UInt64(minusLogarithm(of: Double(bits + 1)) * Double(one))
    }

    /// −ln(x / 2⁵³) for x from 1 to 2⁵³. Additions, multiplications and divisions of doubles are the same on every
    /// machine; the C library's `log` may differ in the last bit, and tasks on two kinds of nodes then in an arrival.
    ///
    /// `ln m = 2 artanh s`, `s = (m − 1)/(m + 1)`: for m within √½ … √2, s² is below 0.0295, and the eleventh term below
    /// 2⁻⁵⁶ of the first.
    static func minusLogarithm(of x: Double) -> Double {
        var exponent = Int(x.exponent)
        var significand = x.significand
        if significand > 1.414_213_562_373_095_1 {
            significand /= 2
            exponent += 1
        }
        let s = (significand - 1) / (significand + 1)
        let square = s * s
        var series = 0.0
        for term in stride(from: 21.0, through: 1, by: -2) { series = series * square + 1 / term }
        return Double(53 - exponent) * 0x1.62e42fefa39efp-1 - 2 * s * series
    }
}
