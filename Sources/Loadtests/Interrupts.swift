// Signals while a command waits: what Ctrl-C means changes with what there is to lose.

import Generator
import Synchronization

package final class Interrupts: Sendable {
    private struct State {
        var handler: (@Sendable () -> Void)?
        /// A signal came when nobody listened: in the middle of a submission.
        var isPending = false
    }

    private let state = Mutex(State())

    /// From now on signals do not end the process; they call what `handle` was given, at once or when it is given.
    package convenience init() { self.init(TerminationSignals.stream()) }

    package init(_ signals: AsyncStream<Int32>) {
        Task { [self] in
            for await _ in signals {
                state.withLock { state in
                    if state.handler == nil { state.isPending = true }
                    return state.handler
                }?()
            }
        }
    }

    /// Runs `body` with signals cancelling it.
    package func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await handling({ $0.cancel() }, body)
    }

    /// Runs `body` as a task that `handle` is given at each signal.
    package func handling<Value: Sendable>(
        _ handle: @escaping @Sendable (Task<Value, any Error>) -> Void, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await body() }
        let isPending = state.withLock { state in
            state.handler = { handle(task) }
            defer { state.isPending = false }
            return state.isPending
        }
        if isPending { handle(task) }
        defer { state.withLock { $0.handler = nil } }
        return try await task.value
    }
}
