// When arrivals are due, as pure functions of the arrival number, in integer nanoseconds from the run's start. A
// shard, a second node or a test asks for any arrival it likes; nobody keeps a list. All of it is whole numbers, so
// that a plan of exactly n arrivals has n, whatever its rate and however long it lasts.

/// The due instants of one open-loop run, arrivals numbered from 0.
package enum ArrivalSchedule: Sendable, Equatable {
    case constant(ConstantArrivals)
    case ramping(RampingArrivals)

    /// No plan has more arrivals than this: sums with it stay far from the limits of 64 bits.
    package static let mostArrivals = 1 << 60

    /// The schedule of an open-loop executor; `nil` for closed-loop ones, which have no arrivals.
    package init?(_ executor: Executor) {
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
    package var count: Int {
        switch self {
        case .constant(let schedule): schedule.count
        case .ramping(let schedule): schedule.count
        }
    }

    /// Nanoseconds from the start to arrival `index`; `nil` past the last. `stage` is a hint that only ever moves
    /// forward: start it at 0 and pass the same variable for growing indices, and a look-up is O(1) amortised.
    package func due(_ index: Int, stage: inout Int) -> Int64? {
        switch self {
        case .constant(let schedule): schedule.due(index)
        case .ramping(let schedule): schedule.due(index, stage: &stage)
        }
    }

    /// The last arrival's due instant; `nil` for a plan without one.
    package var lastDue: Int64? {
        var stage = 0
        return count > 0 ? due(count - 1, stage: &stage) : nil
    }

    /// Arrivals due at or before `time` (nanoseconds from the start). O(log arrivals), for a look every few seconds.
    package func dueCount(by time: Int64) -> Int {
        if case .constant(let schedule) = self { return schedule.dueCount(by: time) }
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
