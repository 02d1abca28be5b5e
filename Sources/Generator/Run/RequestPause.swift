// A pause that the server asked for with 429 and Retry-After, seen by all shards at once (`on_429: pause`). One atomic
// load per iteration, and only in runs that ask for it.

import Synchronization

/// Until when nothing may start. Instants are nanoseconds since the run's start.
final class RequestPause: Sendable {
    /// Of a 429 without a usable Retry-After, seconds.
    static let standardSeconds: UInt16 = 1
    private let until = Atomic<Int64>(.min)

    /// The pause's end when it is on at `now`.
    func end(at now: Int64) -> Int64? {
        let end = until.load(ordering: .relaxed)
        return end > now ? end : nil
    }

    /// A 429 arrived at `now`. A pause is only ever made longer.
    func tooManyRequests(at now: Int64, retryAfterSeconds: UInt16) {
        let seconds = retryAfterSeconds == 0 ? Self.standardSeconds : retryAfterSeconds
        until.max(now + Int64(seconds) * 1_000_000_000, ordering: .relaxed)
    }
}
