// Waits until a server answers for a model: the clock, the calls and the socket around `HealthWait` and `ModelWait`.

import Health

/// The wait before a load test is submitted.
package enum ModelReadiness {
    /// Probes until a server that runs already is healthy.
    ///
    /// - Parameters:
    ///   - probe: usually a ``HealthProbe``.
    ///   - say: receives each line for the user.
    /// - Throws: ``SubmitError/notReady(_:)`` at the time limit, ``SubmitError/refused(_:)`` and
    ///   ``SubmitError/notServed(_:)`` when waiting cannot help; `CancellationError` when the task is cancelled.
    package static func wait<C: Clock>(
        timeout: Duration, clock: C = ContinuousClock(), probe: () async throws -> ModelHealth,
        say: (String) -> Void
    ) async throws where C.Duration == Duration {
        var wait = HealthWait(timeout: timeout)
        let start = clock.now
        while true {
            let decision = wait.decide(try await probe(), elapsed: start.duration(to: clock.now))
            switch decision.step {
            case .giveUp: throw SubmitError.notReady(decision.line ?? "")
            case .end(let error): throw error
            case .ready:
                if let line = decision.line { say(line) }
                return
            case .probe(let pause):
                if let line = decision.line { say(line) }
                try await clock.sleep(for: pause)
            }
        }
    }

    /// Looks at a launched model until it is healthy.
    ///
    /// - Returns: nil when it is, or how its job ended before.
    /// - Throws: ``SubmitError/notReady(_:)`` at the time limit, or after 10 minutes without an answer of the cluster;
    ///   ``LauncherError/unauthorized(_:)`` at once; `CancellationError` when the task is cancelled.
    package static func wait<C: Clock>(
        watching model: ModelWatch, timeout: Duration, clock: C = ContinuousClock(), display: any WaitDisplay
    ) async throws -> JobEnd? where C.Duration == Duration {
        var model = model
        var wait = ModelWait(id: model.id, timeout: timeout)
        let start = clock.now
        defer { display.clear() }
        while true {
            let decision: ModelWait.Decision
            do {
                decision = wait.look(try await model.look(), elapsed: start.duration(to: clock.now))
            } catch LauncherError.unauthorized(let reason) {
                throw LauncherError.unauthorized("job \(model.id): no news: \(reason)")
            } catch {
                // Whatever a call that was broken off says.
                try Task.checkCancellation()
                decision = wait.failure("\(error)", elapsed: start.duration(to: clock.now))
            }
            decision.lines.forEach(display.line)
            display.live(decision.live)
            switch decision.step {
            case .ready: return nil
            case .ended(let end): return end
            case .giveUp(let reason): throw SubmitError.notReady(reason)
            case .refused(let error): throw error
            case .look(let pause): try await clock.sleep(for: pause)
            }
        }
    }
}
