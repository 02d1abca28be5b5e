// Signals on their way to a run, from the process's first instruction to its last. They can come before there is a run
// to stop, while it goes on, while its series are being delivered, and while nobody reads its last words; each place has
// its own answer.

import Generator
import Glibc
import Base
import Synchronization

/// Turns what comes from outside into what it means at that point of the process's life. Called from one thread, the
/// ``ProcessWatch``'s, except for ``attach(_:)`` and ``finished(_:)``.
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
        /// Of several runs one has ended, and the next has not begun.
        var isBetweenRuns = false
        /// The exit code, once everything is on the disk and only words are left.
        var code: Int32?
        /// Signals that change nothing and were said to.
        var noticed: Set<Int32> = []
    }
    private let state = Mutex(State())
    private let epoch = ContinuousClock.now
    private let program: String

    init(program: String) { self.program = program }

    /// nil while no signal came.
    var first: First? { state.withLock { $0.first } }

    /// From now on signals go to `session`; one that came before it was there does too.
    func attach(_ session: RunSession) {
        let first = state.withLock { state in
            state.session = session
            return state.first
        }
        if let reason = first?.reason { session.stop(reason: reason, atOnce: false) }
    }

    /// Of several runs one has ended: a signal that comes now is for the next.
    func detach() {
        state.withLock { state in
            state.session = nil
            state.isBetweenRuns = true
        }
    }

    /// The results are written; a signal ends the process with `code` from here on.
    func finished(_ code: Int32) { state.withLock { $0.code = code } }

    func receive(_ number: Int32) {
        let name = TerminationSignals.name(number)
        guard TerminationSignals.ends(number) else {
            if state.withLock({ $0.noticed.insert(number).inserted }) {
                StandardError.write("\(program): \(name): the run goes on; SIGTERM ends it with its summary\n")
            }
            return
        }
        end(reason: name)
    }

    /// The program that started this one, and would show what comes of it, is gone.
    func starterEnded() { end(reason: "the program that started it ended") }

    private func end(reason: String) {
        let (meaning, session, code) = state.withLock { state in
            state.first = state.first ?? First(reason: reason, at: ContinuousClock.now)
            return (state.requests.meaning(at: ContinuousClock.now - epoch), state.session, state.code)
        }
        if let code { _exit(code) }
        if let session, meaning != .repeated { session.stop(reason: reason, atOnce: meaning == .end) }
    }

    // MARK: - When it takes too long

    /// Until ``actOnDeadline()`` is due; nil while nobody asked to end.
    var timeLeft: Duration? { deadline.map { $0 - (ContinuousClock.now - epoch) } }

    private var deadline: Duration? {
        state.withLock { state in
            // The tasks of a run wait for each other, and longer.
            if state.session?.isTask == true { return nil }
            return state.requests.deadline(drain: state.session?.drain)
        }
    }

    /// Reading and checking the input takes milliseconds, so a run that is being set up gets its chance to stop with a
    /// summary; a corpus out of a pipe that nobody fills, or a name server that does not answer, must not hold the
    /// process. Nor must a run whose orderly end waits for something that does not come: it ends with what it has.
    func actOnDeadline() {
        guard let left = timeLeft, left <= .zero, let first else { return }
        let (session, code, isBetween) = state.withLock { ($0.session, $0.code, $0.isBetweenRuns) }
        if let code { _exit(code) }
        guard let session else {
            let what = isBetween ? "between two runs; the earlier ones have their summaries" : "before the run began; there is no summary"
            StandardError.write("\(program): stopped by \(first.reason) \(what)\n")
            _exit(ExitStatus.stopped.rawValue)
        }
        _exit(session.endWithWhatThereIs(reason: first.reason))
    }
}
