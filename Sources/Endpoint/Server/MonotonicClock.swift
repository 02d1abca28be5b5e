// The one clock of the endpoint: CLOCK_MONOTONIC, which NIO's timers and the load generator use too, so that their
// numbers can be subtracted from each other.

import Glibc

/// Nanoseconds of CLOCK_MONOTONIC.
func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
