// When arrivals are due, as pure functions of the arrival number, in integer nanoseconds from the run's start. A
// shard, a second node or a test asks for any arrival it likes; nobody keeps a list. The formulas are k6's
// (executors constant-arrival-rate and ramping-arrival-rate), solved in closed form.

import Scenarios

/// The due instants of one open-loop run, arrivals numbered from 0.
public enum ArrivalSchedule: Sendable, Equatable {
    case constant(ConstantArrivals)
    case ramping(RampingArrivals)

    /// The schedule of an open-loop executor; `nil` for closed-loop ones, which have no arrivals.
    public init?(_ executor: Executor) {
        switch executor {
        case .constantArrivalRate(let rate, let timeUnit, let duration, _, _):
            self = .constant(ConstantArrivals(rate: rate, timeUnit: timeUnit, duration: duration))
        case .rampingArrivalRate(let startRate, let timeUnit, let stages, _, _):
            self = .ramping(RampingArrivals(startRate: startRate, timeUnit: timeUnit, stages: stages))
        case .constantVUs, .rampingVUs:
            return nil
        }
    }

    /// Arrivals in the whole plan.
    public var count: Int {
        switch self {
        case .constant(let schedule): schedule.count
        case .ramping(let schedule): schedule.count
        }
    }

    /// Nanoseconds from the start to arrival `index`; `nil` past the last. `stage` is a hint that only ever moves
    /// forward: start it at 0 and pass the same variable for growing indices, and a look-up is O(1) amortised.
    public func due(_ index: Int, stage: inout Int) -> Int64? {
        switch self {
        case .constant(let schedule): schedule.due(index)
        case .ramping(let schedule): schedule.due(index, stage: &stage)
        }
    }

    /// Arrivals due at or before `time` (nanoseconds from the start). O(log arrivals), for a look every few seconds.
    public func dueCount(by time: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            var stage = 0
            if let due = due(middle, stage: &stage), due <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Arrival `i` is due at `i·P`, `P = ⌊timeUnit / rate⌋`, for all `i·P < duration`.
///
/// k6 §4.3 starts one more when the tick at exactly `duration` wins its race with the end (18 runs of 20); here
/// the end is exclusive, always.
public struct ConstantArrivals: Sendable, Equatable {
    /// Nanoseconds between two arrivals, at least 1.
    public let period: Int64
    public let count: Int

    public init(rate: Int, timeUnit: Duration, duration: Duration) {
        period = max(1, timeUnit.nanoseconds / Int64(rate))
        count = Int((max(0, duration.nanoseconds) + period - 1) / period)
    }

    public func due(_ index: Int) -> Int64? {
        index < count ? Int64(index) * period : nil
    }
}

/// Arrivals at the instants where the area under the rate curve reaches 1, 2, 3, … (k6 §4.4).
///
/// In a stage of length `d` (ns) from rate `f` to `g` (arrivals/ns) that begins with area `D`, area `a` is reached
/// at `t = 2(a-D) / (f + √(f² + 2(a-D)(g-f)/d))` into the stage. This is k6's formula multiplied by its conjugate:
/// the same root without the cancellation for `g ≈ f`, and `f = g` needs no case of its own. The fraction of an
/// arrival left at a stage's end carries over.
public struct RampingArrivals: Sendable, Equatable {
    struct Segment: Sendable, Equatable {
        var start: Int64
        var length: Double
        var from: Double
        var to: Double
        var areaBefore: Double
        var areaAfter: Double
    }
    let segments: [Segment]
    public let count: Int

    /// Areas are sums of products of decimals; 1e-9 of an arrival absorbs their rounding, so that a plan of exactly
    /// 2,250 arrivals has 2,250.
    private static let slack = 1e-9

    public init(startRate: Int, timeUnit: Duration, stages: [Stage]) {
        var segments: [Segment] = []
        var rate = Double(startRate) / Double(timeUnit.nanoseconds)
        var start: Int64 = 0
        var area = 0.0
        for stage in stages {
            let target = Double(stage.target) / Double(timeUnit.nanoseconds)
            let length = stage.duration.nanoseconds
            if length > 0 {
                let after = area + Double(length) * (rate + target) / 2
                segments.append(
                    Segment(
                        start: start, length: Double(length), from: rate, to: target, areaBefore: area,
                        areaAfter: after))
                area = after
                start += length
            }
            rate = target
        }
        self.segments = segments
        count = Int(area + Self.slack)
    }

    public func due(_ index: Int, stage: inout Int) -> Int64? {
        guard index < count else { return nil }
        let area = Double(index + 1)
        while stage < segments.count - 1, area > segments[stage].areaAfter + Self.slack { stage += 1 }
        let segment = segments[stage]
        let missing = area - segment.areaBefore
        let discriminant = segment.from * segment.from + 2 * missing * (segment.to - segment.from) / segment.length
        let offset = 2 * missing / (segment.from + max(0, discriminant).squareRoot())
        return segment.start + Int64(min(offset, segment.length))
    }
}
