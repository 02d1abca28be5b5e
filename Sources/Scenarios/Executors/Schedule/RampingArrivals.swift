// The ramping arrival rate: k6's formula (k6 §4.4).

/// Arrivals at the instants where the area under the rate curve reaches 1, 2, 3, … (k6 §4.4), rounded down to whole
/// nanoseconds; their number is the area under the whole curve, rounded down. The fraction of an arrival left at a
/// stage's end carries over.
package final class RampingArrivals: ArrivalSchedule {
    private let curve: RateCurve
    package let count: Int

    package init(startRate: Int, timeUnit: Duration, stages: [Stage]) {
        curve = RateCurve(startRate: startRate, timeUnit: timeUnit, stages: stages)
        count = Int(min(Int128(Self.mostArrivals), curve.area / curve.unit))
    }

    package func due(_ index: Int, place: inout ArrivalPlace) -> Int64? {
        guard index < count else { return nil }
        return curve.instant(ofArea: Int128(index + 1) * curve.unit, stage: &place.stage)
    }

    package func rate(at elapsed: Int64) -> Double { curve.rate(at: elapsed) }
}
