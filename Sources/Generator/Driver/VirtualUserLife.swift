// The life of one virtual user as a pure state machine: events in, actions out, no clock and no socket. The shard
// executes the actions. An iteration is k6's: optional stagger (once), one request, optional think time.

/// One virtual user's place in its iteration. Instants are nanoseconds since the run's start.
struct VirtualUserLife: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        case idle, staggering, requesting, thinking
    }

    /// What the shard has to do next.
    enum Action: Sendable, Equatable {
        case sendRequest(scheduled: Int64)
        case sleep(until: Int64)
        /// The iteration is over. `recorded` says whether a record of its own must tell of it, because it did not
        /// end with its request or did not begin with it.
        case iterationEnded(recorded: Bool)
        case cancelRequest
        case nothing
    }

    private(set) var phase = Phase.idle
    private(set) var iteration: UInt32 = 0
    private(set) var iterationStart: Int64 = 0
    /// End of the sleep in progress, so that the end of an earlier, cut one is not taken for it.
    private var wakeAt = Int64.max
    private var staggered = false
    private var separateRecord = false

    /// Starts iteration number `iteration`, which was due at `scheduled`. A stagger above zero is slept once in
    /// the user's life, inside its first iteration (k6 §3.1, `initial_stagger`); a pause that the server asked for is
    /// slept inside any iteration.
    mutating func begin(iteration: UInt32, scheduled: Int64, now: Int64, stagger: Int64, pause: Int64 = 0) -> Action {
        self.iteration = iteration
        iterationStart = now
        separateRecord = false
        let delay = max(pause, staggered ? 0 : stagger)
        staggered = true
        if delay > 0 {
            separateRecord = true
            phase = .staggering
            return sleep(until: now + delay)
        }
        phase = .requesting
        return .sendRequest(scheduled: scheduled)
    }

    /// The request is complete, well or not; the user thinks for `think` nanoseconds.
    mutating func answered(now: Int64, think: Int64) -> Action {
        guard phase == .requesting else { return .nothing }
        if think > 0 {
            separateRecord = true
            phase = .thinking
            return sleep(until: now + think)
        }
        return end()
    }

    /// The request that a stagger or pause was to be followed by must wait on, until `instant`.
    mutating func postpone(until instant: Int64) -> Action {
        guard phase == .staggering else { return .nothing }
        return sleep(until: instant)
    }

    /// A sleep is over; it was to end at `due`.
    mutating func woke(due: Int64) -> Action {
        guard due == wakeAt else { return .nothing }
        wakeAt = .max
        switch phase {
        case .staggering:
            phase = .requesting
            return .sendRequest(scheduled: due)
        case .thinking:
            return end()
        case .idle, .requesting:
            return .nothing
        }
    }

    /// The run, a ramp-down or a signal cuts the iteration off. A request in flight is cancelled and its record
    /// says so; a sleeping user's iteration gets a record of its own.
    mutating func cut() -> Action {
        wakeAt = .max
        switch phase {
        case .idle:
            return .nothing
        case .requesting:
            phase = .idle
            return .cancelRequest
        case .staggering, .thinking:
            phase = .idle
            return .iterationEnded(recorded: true)
        }
    }

    private mutating func sleep(until instant: Int64) -> Action {
        wakeAt = instant
        return .sleep(until: instant)
    }

    private mutating func end() -> Action {
        phase = .idle
        return .iterationEnded(recorded: separateRecord)
    }
}
