// SIGINT, SIGTERM and SIGHUP as a stream, so that a command decides what they mean: the generator drains, the laptop
// command passes them on to its children instead of dying above them.

// Dispatch's source protocols are not marked Sendable on Linux; a source may be cancelled from any thread.
@preconcurrency import Dispatch
import Glibc

/// Signals that ask this process to end, from the moment it is made.
package enum TerminationSignals {
    /// Each SIGINT, SIGTERM and SIGHUP from now on. The default action is off while the stream lives. SIGHUP is left
    /// out of a process that was started ignoring it, as nohup does.
    package static func stream() -> AsyncStream<Int32> {
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

    /// Whether `number` asks a process to end. SIGXCPU comes seconds before a limit on CPU time kills it.
    package static func ends(_ number: Int32) -> Bool { [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU].contains(number) }

    /// As people write it.
    package static func name(_ number: Int32) -> String {
        if let name = names[number] { return name }
        return number >= firstRealTime ? "SIGRTMIN+\(number - firstRealTime)" : "signal \(number)"
    }

    /// glibc's: the two before it are its own.
    private static let firstRealTime: Int32 = 34
    private static let names: [Int32: String] = [
        SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGQUIT: "SIGQUIT", SIGXCPU: "SIGXCPU", SIGUSR1: "SIGUSR1",
        SIGUSR2: "SIGUSR2", SIGALRM: "SIGALRM", SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF", SIGIO: "SIGIO", SIGPWR: "SIGPWR",
        SIGSTKFLT: "SIGSTKFLT",
    ]

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}
