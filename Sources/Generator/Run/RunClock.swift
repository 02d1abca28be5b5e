// The one clock of a run. Everything is nanoseconds on CLOCK_MONOTONIC since the run's start, so that a step of the
// wall clock changes nothing; the wall clock is read once, to place the run in history.

import Glibc

/// Monotonic nanoseconds since ``origin``.
package struct RunClock: Sendable {
    /// CLOCK_MONOTONIC at the run's start, nanoseconds.
    package let origin: Int64
    /// CLOCK_REALTIME at the same instant, nanoseconds since 1970.
    package let wallOrigin: Int64

    /// A clock whose zero lies `delay` nanoseconds from now.
    package init(startingIn delay: Int64 = 0) {
        origin = Self.read(CLOCK_MONOTONIC) + delay
        wallOrigin = Self.read(CLOCK_REALTIME) + delay
    }

    /// A clock whose zero is the wall clock's `unixNanoseconds`. The monotonic clock takes over from there.
    package init(startingAt unixNanoseconds: Int64) {
        self.init(startingIn: unixNanoseconds - Self.read(CLOCK_REALTIME), wallOrigin: unixNanoseconds)
    }

    private init(startingIn delay: Int64, wallOrigin: Int64) {
        origin = Self.read(CLOCK_MONOTONIC) + delay
        self.wallOrigin = wallOrigin
    }

    /// Nanoseconds since the start; negative before it.
    package var now: Int64 { Self.read(CLOCK_MONOTONIC) - origin }

    /// CLOCK_MONOTONIC itself, as timerfd and libcurl count.
    static var monotonicNow: Int64 { read(CLOCK_MONOTONIC) }

    static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
