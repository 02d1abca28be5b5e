// A virtual user as the driver knows it: where it is in its iteration, what it draws next, what the plan wants of it.

/// One virtual user of a shard. A value; the shard has its exchange.
struct DrivenUser: Sendable {
    /// Number in the run, from 0.
    let number: Int
    var life = VirtualUserLife()
    var random: SeededRandom
    /// Closed loop: the plan wants this user to iterate.
    var planned = false
    /// Closed loop: the instant its iteration is cut off after a ramp-down, nanoseconds since the start.
    var cutAt = Int64.max

    init(number: Int, thinkSeed: UInt64) {
        self.number = number
        random = SeededRandom(seed: thinkSeed, stream: UInt64(number))
    }
}
