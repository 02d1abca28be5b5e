// Work that must not outlast a signal: what cleans up has a second, what cannot be taken back may finish for as long.

package enum TimeLimit {
    /// Runs `body` for at most `limit`, whether or not our own task is cancelled, and cancels it then.
    ///
    /// - Returns: whether it was not cancelled.
    @discardableResult
    package static func run(_ limit: Duration, _ body: @escaping @Sendable () async -> Void) async -> Bool {
        await finishing(within: limit, isBounded: true, body).isWhole
    }

    /// Runs `body` to its end; once our own task is cancelled, for at most `limit` more.
    ///
    /// - Parameter isBounded: for at most `limit` in any case.
    package static func finishing<Value: Sendable>(
        within limit: Duration, isBounded: Bool = false, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, isWhole: Bool) {
        let work = Task { await body() }
        let cut: @Sendable () -> Void = {
            Task {
                try? await Task.sleep(for: limit)
                work.cancel()
            }
        }
        if isBounded { cut() }
        let value = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            if !isBounded { cut() }
        }
        return (value, !work.isCancelled)
    }
}
