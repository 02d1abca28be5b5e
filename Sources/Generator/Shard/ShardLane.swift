// One lane on one shard. A run without lanes has one; a run with several (two arms, or a load and what probes it) has as many
// drivers on each loop, so that what delays one of them delays them all.

import Scenarios

/// A driver, and what carries out its decisions. Not Sendable: it belongs to its shard.
final class ShardLane {
    var driver: Driver
    let transfers: ShardTransfers
    private let plan: Plan
    /// Nil but for a plan that makes connections before it begins, and after those.
    private var preconnection: Preconnection?
    private let arrivals: ArrivalExchange

    init(
        shard: Int, lane: Int, context: ShardContext, arrivals: ArrivalExchange, groups: TransferGroups, records: RecordBatcher
    ) throws(GeneratorError) {
        plan = context.plan
        self.arrivals = arrivals
        driver = Driver(
            plan: context.plan, share: context.share, shard: shard, shards: context.shards,
            shared: SharedByDrivers(live: context.live, arrivals: arrivals, pause: context.pause))
        transfers = try ShardTransfers(index: shard, lane: lane, context: context, groups: groups, records: records)
    }

    /// Its turn begins at `start`.
    func begin(at start: Int64) { driver.begin(plan, at: start) }

    /// Before any shard begins a turn of it.
    func reopen() { arrivals.reopen() }

    /// Before the run's zero: makes the users that the plan begins with, and from now on their connections.
    func prepare(at now: Int64) {
        guard plan.target.connections.preconnects, now < 0 else { return }
        let users = driver.prepareUsers(transfers)
        let count = transfers.connectionsToOpen(users: users)
        transfers.log.preconnects(count)
        preconnection = Preconnection(count, now: now)
    }

    /// When something is due.
    var nextDue: Int64 { min(driver.nextDue, preconnection?.due ?? .max) }

    private func openDue(at now: Int64) {
        while let slot = preconnection?.take(at: now) { transfers.open(slot, at: now) }
        if let preconnection, preconnection.due == .max { self.preconnection = nil }
    }

    func runDue(at now: Int64) {
        if preconnection != nil { openDue(at: now) }
        driver.runDue(at: now, transfers)
        transfers.dropped.flushIfDue(into: &transfers.records, now: driver.now)
    }
}
