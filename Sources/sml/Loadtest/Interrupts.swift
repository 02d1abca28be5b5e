// Signals while a command waits: what Ctrl-C means changes with what there is to lose.

import Generator
import Synchronization

final class Interrupts: Sendable {
    private let handler = Mutex<(@Sendable () -> Void)?>(nil)

    /// From now on signals do not end the process; they call what `handle` was given.
    init() {
        let signals = TerminationSignals.stream()
        Task { [self] in for await _ in signals { handler.withLock { $0 }?() } }
    }

    /// Runs `body` with signals cancelling it.
    func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await handling({ $0.cancel() }, body)
    }

    /// Runs `body` as a task that `handle` is given at each signal.
    func handling<Value: Sendable>(
        _ handle: @escaping @Sendable (Task<Value, any Error>) -> Void, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await body() }
        handler.withLock { $0 = { handle(task) } }
        defer { handler.withLock { $0 = nil } }
        return try await task.value
    }
}
