// SIGTERM, SIGINT and SIGHUP as something to wait for. Ignored for the process and read by Dispatch, so that no code runs in a
// signal's context; a second signal while stopping changes nothing.

import Dispatch
import Glibc

struct StopSignals {
    private let arrivals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        // Writing to a client that has gone is an error of that connection only.
        signal(SIGPIPE, SIG_IGN)
        let (arrivals, yield) = AsyncStream<Void>.makeStream()
        self.arrivals = arrivals
        sources = [SIGTERM, SIGINT, SIGHUP].filter { $0 != SIGHUP || !Self.isIgnored($0) }.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { yield.finish() }
            source.resume()
            return source
        }
    }

    /// As nohup leaves SIGHUP.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }

    /// Returns after the first signal; calls `work` again and again until then.
    func wait(every interval: Duration, _ work: @escaping @Sendable () -> Void) async {
        let repeating = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                work()
            }
        }
        for await _ in arrivals {}
        repeating.cancel()
        await repeating.value
    }
}
