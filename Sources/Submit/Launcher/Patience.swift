// How long a cluster that does not answer is asked again: one policy for every call and every wait. Ten minutes, because
// controllers restart, networks pause, and FirecREST's own checker takes a service out for 30 to 120 s after one probe
// that failed; whoever submits, waits or fetches waits anyway. A value: the caller has the clock.

/// The course of one stretch without answers.
package struct Patience: Sendable, Equatable {
    package enum Step: Sendable, Equatable {
        /// `isWorthSaying` when a user who waits should hear of it: not of one failure that is gone a second later, and of
        /// a long silence once a minute.
        case again(after: Duration, isWorthSaying: Bool)
        /// It has lasted too long, or would with the pause that is asked for.
        case over
    }

    /// Everywhere somebody waits.
    package static let standard = Duration.seconds(600)
    /// Where nobody does, and for what a longer silence would not mend: a name that does not exist, a server that breaks at
    /// this very question. A restart of the server is ridden out.
    package static let brief = Duration.seconds(15)

    private static let reminder = Duration.seconds(60)
    /// A pause that is asked for is worth a line from here on.
    private static let longPause = Duration.seconds(5)

    private let limit: Duration
    private let longestPause: Duration
    private var since: Duration?
    private var tries = 0
    private var saidAt: Duration?

    package init(limit: Duration = Patience.standard, longestPause: Duration = .seconds(30)) {
        self.limit = limit
        self.longestPause = longestPause
    }

    /// For how long there has been no answer at `now`.
    package func silence(at now: Duration) -> Duration { since.map { now - $0 } ?? .zero }

    /// There is an answer again; true when its absence had been said.
    package mutating func answered() -> Bool {
        defer { self = Patience(limit: limit, longestPause: longestPause) }
        return saidAt != nil
    }

    /// A try that failed at `now`.
    ///
    /// - Parameter asked: a pause that the other side asked for. A date in the past, or a zero, is no busy loop.
    package mutating func failed(at now: Duration, asked: Duration? = nil) -> Step {
        let start = since ?? now
        since = start
        tries += 1
        let pause = asked.map { max($0, .seconds(1)) } ?? grown
        guard now - start < limit, asked == nil || now - start + pause <= limit else { return .over }
        let isDue = saidAt.map { now - $0 >= Self.reminder } ?? (tries > 1)
        let isWorthSaying = isDue || asked ?? .zero >= Self.longPause
        if isWorthSaying { saidAt = now }
        return .again(after: asked == nil ? min(pause, limit - (now - start)) : pause, isWorthSaying: isWorthSaying)
    }

    /// 1, 2, 4, 8, … s.
    private var grown: Duration { min(longestPause, .seconds(1 << min(tries - 1, 10))) }
}
