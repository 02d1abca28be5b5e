// When arrivals are due, as pure functions of the arrival number, in integer nanoseconds from the run's start. A
// shard, a second node or a test asks for any arrival it likes; nobody keeps a list. All of it is whole numbers, so
// that a plan of exactly n arrivals has n, whatever its rate and however long it lasts.

/// The due instants of one open-loop run, arrivals numbered from 0.
///
/// Classes, because shards ask through this protocol for every arrival: such a call takes 9 to 16 ns, as a switch over
/// an enum of all schedules does, and of a struct 52 to 60 ns.
package protocol ArrivalSchedule: AnyObject, Sendable {
    /// Arrivals in the whole plan.
    var count: Int { get }

    /// Nanoseconds from the start to arrival `index`; `nil` past the last. `place` is a hint: pass the same variable
    /// for growing indices, and a look-up is O(1) amortised.
    func due(_ index: Int, place: inout ArrivalPlace) -> Int64?

    /// Arrivals due at or before `time` (nanoseconds from the start). For a look every few seconds.
    func dueCount(by time: Int64) -> Int

    /// Arrivals per second that the plan wants at `elapsed` nanoseconds; 0 after its end.
    func rate(at elapsed: Int64) -> Double
}

/// Where in a schedule its reader is: a hint that only ever moves forward. New, it stands before the first arrival.
package struct ArrivalPlace: Sendable {
    /// The stage of the arrival looked at last.
    var stage = 0
    /// For schedules that add up gaps: how many were added, and their sum.
    var gaps = 0
    var sum: UInt64 = 0

    package init() {}
}

extension ArrivalSchedule {
    /// No plan has more arrivals than this: sums with it stay far from the limits of 64 bits.
    package static var mostArrivals: Int { 1 << 60 }

    /// The last arrival's due instant; `nil` for a plan without one.
    package var lastDue: Int64? {
        var place = ArrivalPlace()
        return count > 0 ? due(count - 1, place: &place) : nil
    }

    /// O(log arrivals) where a look-up is O(1).
    package func dueCount(by time: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            var place = ArrivalPlace()
            if let due = due(middle, place: &place), due <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
