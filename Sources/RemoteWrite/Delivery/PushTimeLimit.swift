// How long a push may take. A receiver that needs six seconds has stored everything and is told so again and again
// under a fixed limit of five: seven pushes of the same states and a file left behind.

/// The limit doubles with each push that ran into it and settles back by halves, never below twice what the last push
/// took.
struct PushTimeLimit {
    private(set) var current: Duration
    private let base: Duration
    private let maximum: Duration

    init(_ policy: DeliveryPolicy) {
        base = policy.timeout
        maximum = max(policy.timeout, policy.maximumTimeout)
        current = base
    }

    /// A push that was allowed `limit` had no answer in time.
    mutating func timedOut(after limit: Duration) { current = min(maximum, max(current, limit * 2)) }

    mutating func answered(after time: Duration) { current = min(current, max(base, time * 2, current / 2)) }
}
