// The few numbers that all shards share while a run goes on: the iteration counter, the limit on virtual users and
// what a progress line shows. Atomics, because shards must not wait for each other; relaxed, because nothing is
// published through them.

import Synchronization

/// Counters of a run in progress; readable from anywhere at any time.
package final class LiveCounters: Sendable {
    private let startedIterations = Atomic<Int>(0)
    private let activeUsers = Atomic<Int>(0)
    private let createdUsers = Atomic<Int>(0)
    private let userNumbers = Atomic<Int>(0)
    private let inFlightRequests = Atomic<Int>(0)
    private let droppedArrivals = Atomic<Int>(0)
    private let longestDelay = Atomic<Int64>(0)
    private let dueBeats = Atomic<Int>(0)
    private let lateBeats = Atomic<Int>(0)
    private let absences = Atomic<Int>(0)
    private let unsampledStrays = Atomic<Int>(0)
    private let pendingRecords = Atomic<Int>(0)
    private let discardedRecords = Atomic<Int>(0)

    package init() {}

    /// Iterations started so far.
    package var iterations: Int { startedIterations.load(ordering: .relaxed) }
    /// Users inside an iteration (open loop) or not yet finished (closed loop): k6's `vus`.
    package var active: Int { activeUsers.load(ordering: .relaxed) }
    /// Users of an open loop created so far, never more than its limit.
    package var created: Int { createdUsers.load(ordering: .relaxed) }
    package var inFlight: Int { inFlightRequests.load(ordering: .relaxed) }
    package var dropped: Int { droppedArrivals.load(ordering: .relaxed) }
    /// Records written and not yet consumed.
    package var backlog: Int { pendingRecords.load(ordering: .relaxed) }
    /// Records given up because the consumer was ``RecordBatcher/backlogLimit`` behind.
    package var discarded: Int { discardedRecords.load(ordering: .relaxed) }

    func takeIteration() -> Int { startedIterations.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Takes one of `limit` user slots; false when all are taken. The exact global limit, whatever the shards.
    func activate(limit: Int) -> Bool {
        if activeUsers.wrappingAdd(1, ordering: .acquiring).newValue <= limit { return true }
        activeUsers.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    func activate() { activeUsers.wrappingAdd(1, ordering: .relaxed) }
    func deactivate() { activeUsers.wrappingSubtract(1, ordering: .releasing) }

    /// Makes room for one more user among `limit`; false when so many exist.
    func createUser(limit: Int) -> Bool {
        var count = createdUsers.load(ordering: .relaxed)
        while count < limit {
            let (exchanged, found) = createdUsers.weakCompareExchange(
                expected: count, desired: count + 1, ordering: .relaxed)
            if exchanged { return true }
            count = found
        }
        return false
    }

    /// The user could not be made after all.
    func userNotCreated() { createdUsers.wrappingSubtract(1, ordering: .relaxed) }
    func takeUserNumber() -> Int { userNumbers.wrappingAdd(1, ordering: .relaxed).oldValue }
    func requestStarted() { inFlightRequests.wrappingAdd(1, ordering: .relaxed) }
    func requestEnded() { inFlightRequests.wrappingSubtract(1, ordering: .relaxed) }
    func arrivalsDropped(_ count: Int) { droppedArrivals.wrappingAdd(count, ordering: .relaxed) }

    func loopWasLate(by nanoseconds: Int64) {
        if nanoseconds > longestDelay.load(ordering: .relaxed) {
            longestDelay.max(nanoseconds, ordering: .relaxed)
        }
    }

    /// The longest delay since the last call, nanoseconds.
    func takeLoopDelay() -> Int64 { longestDelay.exchange(0, ordering: .relaxed) }

    func beat(_ beats: Heartbeat.Beats) {
        dueBeats.wrappingAdd(beats.due, ordering: .relaxed)
        if beats.late > 0 { lateBeats.wrappingAdd(beats.late, ordering: .relaxed) }
        absences.wrappingAdd(beats.absence, ordering: .relaxed)
        loopWasLate(by: beats.longest)
    }

    /// Half the squares of the loops' absences since the last call, in square microseconds, all loops added.
    func takeAbsences() -> Int { absences.exchange(0, ordering: .relaxed) }

    /// The shards' heartbeats since the last call, and how many of them came late.
    func takeBeats() -> (due: Int, late: Int) {
        (dueBeats.exchange(0, ordering: .relaxed), lateBeats.exchange(0, ordering: .relaxed))
    }

    func recordsProduced(_ count: Int) -> Int {
        pendingRecords.wrappingAdd(count, ordering: .relaxed).newValue
    }
    func recordsConsumed(_ count: Int) { pendingRecords.wrappingSubtract(count, ordering: .relaxed) }
    func recordsDiscarded(_ count: Int) { discardedRecords.wrappingAdd(count, ordering: .relaxed) }

    /// Connections given up because something came on them that no request had asked for.
    func straysFound(_ count: Int) { unsampledStrays.wrappingAdd(count, ordering: .relaxed) }
    /// Those since the last call.
    func takeStrays() -> Int { unsampledStrays.exchange(0, ordering: .relaxed) }
}
