// A clock on which sleeping takes no time: a wait of minutes is over at once, however busy the machine is.

import Synchronization

final class SleeplessClock: Clock, Sendable {
    private let elapsed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { Self.zero + elapsed.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }
    private static let zero = ContinuousClock.now

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        elapsed.withLock { $0 = max($0, Self.zero.duration(to: deadline)) }
    }
}
