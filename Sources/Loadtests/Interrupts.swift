// Signals while a command waits: what Ctrl-C means changes with what there is to lose. Whatever a command is doing, it has
// ended two seconds after a signal that ends it: what does not let itself be broken off (a name server that does not
// answer, a file system that hangs) is left where it is, and what that leaves behind is said.

@preconcurrency import Dispatch
import Base
import Generator
import Glibc
import Synchronization

package final class Interrupts: Sendable {
    /// After a signal that ends the command.
    package static let patience = Duration.milliseconds(1900)

    private struct State {
        var handler: (@Sendable () -> Void)?
        /// A signal came when nobody listened: between two phases.
        var isPending = false
        var isEnding = false
        /// What would be left behind now.
        var left = ""
    }

    private let state = Mutex(State())
    private let endHard: (@Sendable (Int32) -> Void)?
    private let queue = DispatchQueue(label: "sml.interrupts")

    /// From now on signals do not end the process; they call what `handle` was given, at once or when it is given.
    package convenience init() { self.init(TerminationSignals.stream()) { _exit($0) } }

    /// - Parameter endHard: ends the process with a code; nil where it must not.
    package init(_ signals: AsyncStream<Int32>, endHard: (@Sendable (Int32) -> Void)? = nil) {
        self.endHard = endHard
        Task { [self] in
            for await _ in signals {
                let (handler, isEnding) = state.withLock { state in
                    if state.handler == nil { state.isPending = true }
                    return (state.handler, state.isEnding)
                }
                // Told once more: no more patience.
                if isEnding { hard() } else { handler?() }
            }
        }
    }

    /// Whether a signal has told the command to end.
    package var isEnding: Bool { state.withLock { $0.isEnding } }

    /// The command ends: `task` is cancelled, and the process ends in any case a little later.
    package func end(_ task: Task<some Sendable, any Error>) {
        task.cancel()
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        guard isFirst, endHard != nil else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(Self.patience / .milliseconds(1)))) { [self] in hard() }
    }

    private func hard() {
        guard let endHard else { return }
        let left = state.withLock { $0.left }
        if !left.isEmpty { say("\n\(left)") }
        endHard(ExitStatus.detached.rawValue)
    }

    /// Runs `body` with signals ending it.
    ///
    /// - Parameter left: what to say should it not let itself be ended.
    package func cancelling<Value: Sendable>(
        leaving left: String = "sml: interrupted", _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await handling({ self.end($0) }, leaving: left, body)
    }

    /// Runs `body` as a task that `handle` is given at each signal.
    package func handling<Value: Sendable>(
        _ handle: @escaping @Sendable (Task<Value, any Error>) -> Void, leaving left: String = "sml: interrupted",
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await body() }
        let (isPending, isEnding) = state.withLock { state in
            state.handler = { handle(task) }
            state.left = left
            defer { state.isPending = false }
            return (state.isPending, state.isEnding)
        }
        // What ends the command ends its later phases too.
        if isEnding { task.cancel() } else if isPending { handle(task) }
        defer { state.withLock { $0.handler = nil } }
        return try await task.value
    }
}
