// Signals on their way to a run, from the process's first instruction to its last. They can come before there is a run
// to stop, while it goes on, and while its series are being delivered; each place has its own answer.

import Generator
import Glibc
import Scenarios
import Synchronization

/// Turns signals into what they mean at that point of the process's life.
final class RunStop: Sendable {
    /// The signal that came first.
    struct First {
        var reason: String
        var at: ContinuousClock.Instant
    }

    private struct State {
        var requests = StopRequests()
        var first: First?
        var session: RunSession?
    }
    private let state = Mutex(State())
    private let epoch = ContinuousClock.now

    /// nil while no signal came.
    var first: First? { state.withLock { $0.first } }

    /// Reads `signals` until the process ends.
    func follow(_ signals: AsyncStream<Int32>) async {
        for await number in signals { receive(number) }
    }

    /// From now on signals go to `session`; one that came before it was there does too.
    func attach(_ session: RunSession) {
        let first = state.withLock { state in
            state.session = session
            return state.first
        }
        if let reason = first?.reason { session.stop(reason: reason, atOnce: false) }
    }

    private func receive(_ number: Int32) {
        let reason = TerminationSignals.name(number)
        let (meaning, session) = state.withLock { state in
            state.first = state.first ?? First(reason: reason, at: ContinuousClock.now)
            return (state.requests.meaning(at: ContinuousClock.now - epoch), state.session)
        }
        if let session, meaning != .repeated { session.stop(reason: reason, atOnce: meaning == .end) }
        if session == nil { giveUpSettingUp(reason) }
    }

    /// Reading and checking the input takes milliseconds, so the run gets its chance to stop with a summary. A corpus
    /// out of a pipe that nobody fills, or a name server that does not answer, must not hold the process.
    private func giveUpSettingUp(_ reason: String) {
        Task {
            try? await Task.sleep(for: StopRequests.burst)
            guard state.withLock({ $0.session == nil }) else { return }
            StandardError.write("sml-loadgen: stopped by \(reason) before the run began; there is no summary\n")
            _exit(105)
        }
    }
}
