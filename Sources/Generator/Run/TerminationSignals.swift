// SIGINT, SIGTERM and SIGHUP as a stream, so that a command decides what they mean: the generator drains, the laptop
// command passes them on to its children instead of dying above them.

// Dispatch's source protocols are not marked Sendable on Linux; a source may be cancelled from any thread.
@preconcurrency import Dispatch
import Glibc

/// Signals that ask this process to end, from the moment it is made.
public enum TerminationSignals {
    /// Each SIGINT, SIGTERM and SIGHUP from now on. The default action is off while the stream lives. SIGHUP is left
    /// out of a process that was started ignoring it, as nohup does.
    public static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let queue = DispatchQueue(label: "sml.signals")
            let sources = [SIGINT, SIGTERM, SIGHUP].filter { $0 != SIGHUP || !isIgnored($0) }.map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in sources.forEach { $0.cancel() } }
        }
    }

    /// The signals whose numbers are bytes in `descriptor`, a non-blocking pipe that something else fills.
    public static func stream(from descriptor: Int32) -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let source = DispatchSource.makeReadSource(
                fileDescriptor: descriptor, queue: DispatchQueue(label: "sml.signals"))
            source.setEventHandler {
                var number: UInt8 = 0
                while read(descriptor, &number, 1) == 1 { continuation.yield(Int32(number)) }
            }
            source.resume()
            continuation.onTermination = { _ in source.cancel() }
        }
    }

    /// As people write it.
    public static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGHUP: "SIGHUP"
        default: "SIGTERM"
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}
