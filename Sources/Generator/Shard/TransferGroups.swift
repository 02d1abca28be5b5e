// libcurl's turn in a shard: its multi handles on one poller, their timers, and which of them may have something to tell. The
// lanes of a shard have groups of their own here, so that one wait serves them all.

import CLibcurl

/// The multi handles of one shard. Not Sendable: it belongs to that shard.
final class TransferGroups {
    let poller: Poller
    /// The run's zero on CLOCK_MONOTONIC, nanoseconds.
    private let origin: Int64
    private var groups: [TransferGroup] = []
    private var dirty: [TransferGroup] = []
    /// No group's timer is earlier than this, on CLOCK_MONOTONIC. It may be too early by a stale value, which costs one look.
    private var earliestTimeout = Int64.max

    init(poller: Poller, origin: Int64) {
        self.poller = poller
        self.origin = origin
    }

    /// A new group for users of a lane.
    ///
    /// - Parameter shared: what its connections are told to, where they share one.
    func make(lane: Int, shared: ConnectionLog? = nil) throws(GeneratorError) -> TransferGroup {
        let group = try TransferGroup(index: groups.count, poller: poller, lane: lane, shared: shared)
        groups.append(group)
        return group
    }

    /// Sleeps until a socket is ready, libcurl or the shard wants to be woken at `next`, or somebody rings: true then.
    func wait(until next: Int64) -> Bool {
        poller.arm(at: min(next == .max ? .max : next + origin, earliestTimeout))
        return poller.wait { readiness in
            let group = groups[readiness.group]
            group.act(on: readiness)
            touch(group)
        }
    }

    /// - Parameter now: nanoseconds since the run's start.
    func actOnTimeouts(at now: Int64) {
        let absolute = now + origin
        guard absolute >= earliestTimeout else { return }
        for group in groups where group.timeoutAt <= absolute {
            group.acted.pointee = absolute
            group.actOnTimeout()
            touch(group)
        }
        earliestTimeout = groups.reduce(Int64.max) { min($0, $1.timeoutAt) }
    }

    /// A group that may have completions.
    func nextDirty() -> TransferGroup? {
        guard let group = dirty.popLast() else { return nil }
        group.isDirty = false
        return group
    }

    func noteTimeout(of group: TransferGroup) { earliestTimeout = min(earliestTimeout, group.timeoutAt) }

    /// Notes that `group` may have completions and a new timer.
    func touch(_ group: TransferGroup) {
        if !group.isDirty {
            group.isDirty = true
            dirty.append(group)
        }
        noteTimeout(of: group)
    }
}
