// The instants of one look at a run, so that every series of it agrees on them.

/// When a look is taken, when the one before was, and how instants of the run become timestamps.
struct Look: Sendable {
    /// Wall clock at the run's zero, nanoseconds since 1970.
    let origin: Int64
    /// Milliseconds since 1970, of this look and of the one before; the run's zero at the first.
    let now: Int64
    let previous: Int64

    /// - Parameters:
    ///   - elapsed: nanoseconds since the run's zero.
    ///   - previous: `now` of the look before. Without one it would have been an interval ago, if the run is that old:
    ///     the series of all tasks together are looked at once, at the end.
    init(origin: Int64, elapsed: Int64, previous: Int64?, interval: Duration) {
        self.origin = origin
        now = Self.milliseconds(origin, elapsed)
        self.previous = previous ?? max(Self.milliseconds(origin, 0), now - Int64(interval / .milliseconds(1)))
    }

    /// Milliseconds since 1970 of an instant of the run. Cut to milliseconds as k6 does; never before the run, so that
    /// a late label of time 0 is still in order.
    func time(_ instant: Int64) -> Int64 { Self.milliseconds(origin, instant) }

    private static func milliseconds(_ origin: Int64, _ instant: Int64) -> Int64 {
        let (sum, overflow) = origin.addingReportingOverflow(max(0, instant))
        return (overflow ? .max : sum) / 1_000_000
    }
}
