// Waiting for something that happens on another thread or process: polling with a deadline, never a fixed sleep.

/// Polls `condition` every 10 ms until it holds or `timeout` is over; the last value says which. Only what hangs waits so
/// long: the limit is for a machine that is slow and busy.
package func eventually(
    within timeout: Duration = .seconds(60), _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + timeout
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return try await condition()
}
