// The rules by which a run ends itself: `stop_on` and `on_429: stop`. They read the stream of records like every other
// reader, so the shards pay nothing for them; a rule acts at most 100 ms (one batch) after its cause.

import Scenarios

/// Looks for a reason to stop. Pure; feed it records in batches.
struct StopRules: Sendable {
    private var breaker: CircuitBreaker?
    private let stopsAt429: Bool

    /// Nil when the scenario has no such rule.
    init?(_ policy: FaultPolicy) {
        breaker = policy.errorLimit.map { CircuitBreaker($0) }
        stopsAt429 = policy.onTooManyRequests == .stop
        if breaker == nil, !stopsAt429 { return nil }
    }

    /// Why the run must stop, nil when it goes on. `now` is the run's clock.
    mutating func reason(afterReading batch: [RunRecord], now: Int64) -> String? {
        for record in batch
        where record.kind == .request && record.flags.contains(.final) && !record.flags.contains(.interrupted) {
            if stopsAt429, record.status == 429 { return "429 Too Many Requests (on_429: stop)" }
            breaker?.finished(at: record.end, failed: !record.isSuccess)
        }
        guard breaker?.isTripped(at: now) == true, let breaker else { return nil }
        return "\(breaker.description) (stop_on.errors: \(breaker.limit.text))"
    }
}
