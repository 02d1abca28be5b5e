// Waits until a server answers for a model: the clock and the socket around `HealthWait`.

/// The wait of `sml loadtest run` before anything is submitted.
public enum ModelReadiness {
    /// Probes until the model is healthy.
    ///
    /// - Parameters:
    ///   - probe: usually a ``HealthProbe``.
    ///   - say: receives each line for the user.
    /// - Throws: ``SubmitError/notReady(_:)`` at the time limit; `CancellationError` when the task is cancelled.
    public static func wait<C: Clock>(
        timeout: Duration, clock: C = ContinuousClock(), probe: () async throws -> ModelHealth,
        say: (String) -> Void
    ) async throws where C.Duration == Duration {
        var wait = HealthWait(timeout: timeout)
        let start = clock.now
        while true {
            let decision = wait.decide(try await probe(), elapsed: start.duration(to: clock.now))
            switch decision.step {
            case .giveUp: throw SubmitError.notReady(decision.line ?? "")
            case .ready:
                if let line = decision.line { say(line) }
                return
            case .probe(let pause):
                if let line = decision.line { say(line) }
                try await clock.sleep(for: pause)
            }
        }
    }
}
