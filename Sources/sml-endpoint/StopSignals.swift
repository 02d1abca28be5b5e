// SIGTERM and SIGINT as something to wait for. Ignored for the process and read by Dispatch, so that no code runs in a
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
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { yield.finish() }
            source.resume()
            return source
        }
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
