// SIGINT and SIGTERM as a stream, so that a command decides what they mean: the generator drains, the laptop command
// passes them on to its children instead of dying above them.

// Dispatch's source protocols are not marked Sendable on Linux; a source may be cancelled from any thread.
@preconcurrency import Dispatch
import Glibc

/// Signals that ask this process to end, from the moment it is made.
public enum TerminationSignals {
    /// Each SIGINT and SIGTERM from now on. The default action is off while the stream lives.
    public static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let queue = DispatchQueue(label: "sml.signals")
            let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in sources.forEach { $0.cancel() } }
        }
    }
}
