// Time as a wait for a job needs it: how much has passed, and a pause. A value, so that a test can let an hour pass in
// no time.

struct WaitClock: Sendable {
    /// Since some beginning.
    var now: @Sendable () -> Duration
    /// Ends early, with an error, when its task is cancelled.
    var sleep: @Sendable (Duration) async throws -> Void

    static let real: WaitClock = {
        let beginning = ContinuousClock.now
        return WaitClock(now: { ContinuousClock.now - beginning }, sleep: { try await Task.sleep(for: $0) })
    }()
}
