// One lane on one shard. A run without lanes has one; a run with several (two arms, or a load and what probes it) has as many
// drivers on each loop, so that what delays one of them delays them all.

/// A driver, and what carries out its decisions. Not Sendable: it belongs to its shard.
final class ShardLane {
    var driver: Driver
    let transfers: ShardTransfers

    init(
        shard: Int, lane: Int, context: ShardContext, arrivals: ArrivalExchange, groups: TransferGroups, records: RecordBatcher
    ) throws(GeneratorError) {
        driver = Driver(
            plan: context.plan, share: context.share, shard: shard, shards: context.shards,
            shared: SharedByDrivers(live: context.live, arrivals: arrivals, pause: context.pause))
        transfers = try ShardTransfers(index: shard, lane: lane, context: context, groups: groups, records: records)
    }

    func runDue(at now: Int64) {
        driver.runDue(at: now, transfers)
        transfers.dropped.flushIfDue(into: &transfers.records, now: driver.now)
    }

    /// When something of it is due; `Int64.max` when only an answer can bring more.
    var nextDue: Int64 { min(driver.nextDue, transfers.records.dueAt) }
}
