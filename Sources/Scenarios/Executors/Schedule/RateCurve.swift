// The rate of arrivals over time as straight lines, and the area under them, which is the number of arrivals. In whole
// numbers, so that no rounding of one stage moves an arrival of the next or changes their number.

import Base

/// Areas are counted in `1 / (2 · timeUnit)` of an arrival, in which the area of every stage is a whole number. In a
/// stage of length `d` (ns) from rate `f` to `g` (arrivals per time unit), area `m` is reached after `t` with
/// `2·f·t + (g-f)·t²/d = m`.
struct RateCurve: Sendable, Equatable {
    struct Segment: Sendable, Equatable {
        var start: Int64
        var length: Int64
        var from: Int64
        var to: Int64
        var areaBefore: Int128
        var areaAfter: Int128
    }
    let segments: [Segment]
    /// The area of one arrival.
    let unit: Int128
    /// The area under the whole curve.
    let area: Int128

    init(startRate: Int, timeUnit: Duration, stages: [Stage]) {
        var segments: [Segment] = []
        var rate = Int64(startRate)
        var start: Int64 = 0
        var area: Int128 = 0
        for stage in stages {
            let target = Int64(stage.target)
            let length = stage.duration.nanoseconds
            if length > 0 {
                let after = area + Int128(length) * Int128(rate + target)
                segments.append(
                    Segment(
                        start: start, length: length, from: rate, to: target, areaBefore: area, areaAfter: after))
                area = after
                start += length
            }
            rate = target
        }
        self.segments = segments
        self.area = area
        unit = 2 * Int128(max(1, timeUnit.nanoseconds))
    }

    /// Nanoseconds from the start at which the curve's area reaches `area`, which is at most the whole, rounded down.
    /// `stage` is a hint that only moves forward.
    func instant(ofArea area: Int128, stage: inout Int) -> Int64 {
        while stage < segments.count - 1, area > segments[stage].areaAfter { stage += 1 }
        let segment = segments[stage]
        return segment.start + segment.offset(ofArea: area - segment.areaBefore)
    }

    /// Arrivals per second at `elapsed` nanoseconds; 0 after the end.
    func rate(at elapsed: Int64) -> Double {
        guard let segment = segments.first(where: { elapsed < $0.start + $0.length }) else { return 0 }
        let from = Double(segment.from)
        let rate = from + (Double(segment.to) - from) * Double(elapsed - segment.start) / Double(segment.length)
        return rate / Duration.nanoseconds(Int64(unit / 2)).inSeconds
    }
}

extension RateCurve.Segment {
    /// Whole nanoseconds into the stage at which its area reaches `area`, rounded down.
    func offset(ofArea area: Int128) -> Int64 {
        guard from != to else { return Int64(clamping: area / Int128(2 * from)) }
        guard area < areaAfter - areaBefore else { return length }
        let estimate = to > from ? fromTheStart(area) : fromTheEnd(areaAfter - areaBefore - area)
        var offset = Int64(min(max(0, estimate), Double(length)))
        // The estimate is a floating-point number, wrong by 10⁻¹⁵ of the stage: less than a nanosecond up to 11 days.
        for _ in 0..<64 {
            if offset > 0, isAfter(area, at: offset) {
                offset -= 1
            } else if offset < length, !isAfter(area, at: offset + 1) {
                offset += 1
            } else {
                break
            }
        }
        return offset
    }

    /// The root of the quadratic, multiplied by its conjugate: without the cancellation for `g ≈ f`.
    private func fromTheStart(_ area: Int128) -> Double {
        let slope = Double(to - from) / Double(length)
        return Double(area) / (Double(from) + (Double(from) * Double(from) + Double(area) * slope).squareRoot())
    }

    /// The same seen from the stage's end, where a falling rate would cancel in the root.
    private func fromTheEnd(_ rest: Int128) -> Double {
        let slope = Double(from - to) / Double(length)
        let back = Double(rest) / (Double(to) + (Double(to) * Double(to) + Double(rest) * slope).squareRoot())
        return Double(length) - back
    }

    /// Whether the stage's area at `offset` is above `area`: `2·f·t·d + (g-f)·t² > m·d` in 128 bits, which hold any
    /// plan that a machine can carry out (10⁹ arrivals/s for three days).
    private func isAfter(_ area: Int128, at offset: Int64) -> Bool {
        let time = Int128(offset)
        let linear = (2 * Int128(from) * time).multipliedReportingOverflow(by: Int128(length))
        let square = (Int128(to - from) * time).multipliedReportingOverflow(by: time)
        let right = area.multipliedReportingOverflow(by: Int128(length))
        let left = linear.partialValue.addingReportingOverflow(square.partialValue)
        guard !linear.overflow, !square.overflow, !right.overflow, !left.overflow else {
            return Double(offset) > (to > from ? fromTheStart(area) : fromTheEnd(areaAfter - areaBefore - area))
        }
        return left.partialValue > right.partialValue
    }
}
