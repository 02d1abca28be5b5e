// How late a shard's loop is, whatever the plan wants of it: in a closed loop nothing else has an instant it could be
// late for, and a process that was stopped for 4 s of 10 had a loop delay of 0. Beats are due at fixed instants, so that
// the share of late ones is the chance that an answer which arrives at any instant is read late.

/// The beats of one loop. A value: time in, counts out.
struct Heartbeat: Sendable, Equatable {
    /// 50 wake-ups a second, some 0.03 % of a CPU, where nothing else wakes the loop.
    static let period: Int64 = 20_000_000
    /// A beat later than this is late; see docs/METRICS.md, `sml.lateness`.
    static let limit: Int64 = 10_000_000

    /// What has come due.
    struct Beats: Equatable {
        var due: Int
        var late: Int
        /// How late the first of them is, nanoseconds.
        var longest: Int64

        /// Half the square of the time the loop was away, in square microseconds: what answers that arrive meanwhile wait, added
        /// up over all instants. A loop that misses a beat was away since some time in the period before it.
        var absence: Int {
            let away = Int(min(longest + (late > 0 ? Heartbeat.period / 2 : 0), Self.longestAbsence) / 1000)
            return away * away / 2
        }

        /// A quarter of an hour: squares of more would not fit into a sum.
        private static let longestAbsence: Int64 = 900_000_000_000
    }

    /// When the next beat is due, nanoseconds since the run's start.
    private(set) var next: Int64
    /// The same, had nothing else been due near it.
    private var planned: Int64

    /// - Parameter first: when the first beat is due.
    init(first: Int64) {
        next = first
        planned = first
    }

    /// The loop will wake at `deadline` anyway: a beat that is due up to half a period earlier is due then, so that at
    /// 100 arrivals a second and more no timer is set for it.
    mutating func join(_ deadline: Int64) {
        if deadline > planned, deadline - planned <= Self.period / 2 { next = deadline }
    }

    /// The beats that are due at `now`, each of those that a loop missed while it was away included.
    mutating func take(at now: Int64) -> Beats? {
        guard now >= next else { return nil }
        let longest = now - next
        let due = longest / Self.period + 1
        let late = longest > Self.limit ? (longest - Self.limit - 1) / Self.period + 1 : 0
        next += due * Self.period
        planned = next
        return Beats(due: Int(due), late: Int(late), longest: longest)
    }
}

extension Heartbeat {
    /// When a shard's first beat is due: the first wave, in which everybody who starts at t = 0 opens a connection, says
    /// nothing about the rest of the run. A second, and 5 ms for each user of the shard that starts at once (a TLS
    /// handshake takes 4 ms of CPU), but never more than a quarter of the plan.
    ///
    /// - Parameter users: of the shard, starting at t = 0.
    static func first(users: Int, planned duration: Int64) -> Int64 {
        min(1_000_000_000 + Int64(users) * 5_000_000, duration / 4)
    }
}
