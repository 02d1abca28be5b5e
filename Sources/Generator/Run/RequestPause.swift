// A pause that the server asked for with 429 and Retry-After, seen by all shards at once (`on_429: pause`). One atomic
// load per iteration, and only in runs that ask for it.

import Base
import Synchronization

/// Until when nothing may start. Instants are nanoseconds since the run's start.
final class RequestPause: Sendable {
    /// Of a 429 that does not say.
    static let standard: Int64 = 1_000_000_000
    private let until = Atomic<Int64>(.min)

    /// The pause's end when it is on at `now`.
    func end(at now: Int64) -> Int64? {
        let end = until.load(ordering: .relaxed)
        return end > now ? end : nil
    }

    /// A 429 arrived at `now`. A pause is only ever made longer; one of 0 is none.
    ///
    /// - Parameter retryAfter: -1 if the answer did not say.
    func tooManyRequests(at now: Int64, retryAfter: Int64) {
        until.max(now + (retryAfter < 0 ? Self.standard : retryAfter), ordering: .relaxed)
    }

    /// Why a run whose plan ends at `planEnd` is over at `now`; nil if it goes on. A pause to the end of the plan leaves nothing
    /// to send, and a run that stands still for most of its time has not carried out its plan. The last seconds may fall into
    /// one: what is missing then is counted as arrivals in pauses.
    func reasonToEnd(at now: Int64, planEnd: Int64) -> String? {
        guard let end = end(at: now), end >= planEnd, planEnd - now > min(Self.longestSilence, planEnd / 10) else { return nil }
        let pause = Duration.seconds((end - now + 500_000_000) / 1_000_000_000)
        return "429 Too Many Requests asks for a pause of another \(DurationGrammar.format(pause)), past the end of the plan "
            + "(on_429: pause)"
    }

    private static let longestSilence: Int64 = 10_000_000_000
}
