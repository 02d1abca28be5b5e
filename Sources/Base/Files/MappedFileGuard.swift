// A mapped file that becomes shorter, or whose disk fails, while it is read is a SIGBUS at whatever instruction reads it.
// Nothing can be taken up again there, but it can be said, with the exit code of a file that cannot be read.

import Glibc
import Synchronization

/// Guards the file that was begun last; a command reads one after the other.
package enum MappedFileGuard {
    /// The address of what the handler writes, ending in NUL: made before it is needed, as nothing can be made in a signal's context. Not
    /// freed, since a handler may have it: a hundred bytes for each of a run's two files.
    private static let message = Atomic<UInt>(0)
    private static let exitCode = Atomic<Int32>(0)

    private struct State {
        var depth = 0
        var before = sigaction()
    }
    private static let state = Mutex(State())

    package static func begin(path: String, exitCode code: Int32) {
        let program = CommandLine.arguments.first?.split(separator: "/").last ?? "sml-loadgen"
        let text = "\(program): \(OneLine.escaped(path)): cannot be read: it became shorter meanwhile, or its disk failed\n"
        message.store(UInt(bitPattern: strdup(text)), ordering: .releasing)
        exitCode.store(code, ordering: .releasing)
        state.withLock { state in
            state.depth += 1
            guard state.depth == 1 else { return }
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                if let text = UnsafePointer<CChar>(bitPattern: MappedFileGuard.message.load(ordering: .acquiring)) {
                    _ = write(STDERR_FILENO, text, strlen(text))
                }
                _exit(MappedFileGuard.exitCode.load(ordering: .acquiring))
            }
            sigaction(SIGBUS, &action, &state.before)
        }
    }

    package static func end() {
        state.withLock { state in
            state.depth -= 1
            if state.depth == 0 { sigaction(SIGBUS, &state.before, nil) }
        }
    }
}
