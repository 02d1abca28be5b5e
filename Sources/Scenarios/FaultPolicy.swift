// What a run does about a server that misbehaves, beyond counting it. Everything here is off or generous unless a
// scenario says otherwise, because a load test that ends itself has no result.

/// What a 429 does to the load (`on_429`).
package enum TooManyRequestsPolicy: String, Sendable, Equatable, CaseIterable {
    /// It is counted as a failed request; the load goes on. k6 does this.
    case count
    /// Nothing starts until the answer's Retry-After has passed (1 s without one).
    case pause
    /// The run ends.
    case stop
}

/// A circuit breaker (`stop_on.errors`): the run ends when at least `share` of the requests that finished within the
/// last `window` failed, and the run is at least that old.
package struct ErrorLimit: Sendable, Equatable {
    /// More than 0, at most 1.
    package var share: Double
    /// At least 1 s, whole milliseconds.
    package var window: Duration

    package init(share: Double, window: Duration) {
        self.share = share
        self.window = window
    }
}

/// The fault policies of a run.
package struct FaultPolicy: Sendable, Equatable {
    package var onTooManyRequests = TooManyRequestsPolicy.count
    package var errorLimit: ErrorLimit?

    package init(onTooManyRequests: TooManyRequestsPolicy = .count, errorLimit: ErrorLimit? = nil) {
        self.onTooManyRequests = onTooManyRequests
        self.errorLimit = errorLimit
    }
}
