// A virtual user: its life, its seeded numbers, its exchange and the record of the request under way.

import Scenarios

/// One virtual user. Not Sendable: it belongs to one shard.
final class VirtualUser {
    /// Number in the run, from 0.
    let number: Int
    let exchange: Exchange
    var life = VirtualUserLife()
    var random: SeededRandom
    /// Closed loop: the plan wants this user to iterate.
    var planned = false
    /// Closed loop: the instant its iteration is cut off after a ramp-down, nanoseconds since the start.
    var cutAt = Int64.max
    /// The exchange in flight, filled in as it goes.
    var record = RunRecord()

    init(number: Int, exchange: Exchange, thinkSeed: UInt64) {
        self.number = number
        self.exchange = exchange
        random = SeededRandom(seed: thinkSeed, stream: UInt64(number))
    }
}
