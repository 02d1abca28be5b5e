// Ends a run when a threshold that aborts is not met. Every two seconds, as k6 does, on a thread of its own; a run without
// such a threshold has none.

import Generator
import Metrics

/// Looks at a run's thresholds while it goes on.
final class ThresholdWatch: Sendable {
    private static let interval: Int64 = 2_000_000_000

    private let run: LoadRun
    private let readers: RunReaders
    private let thread: SerialThread?

    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread for it.
    init(run: LoadRun, readers: RunReaders) throws(GeneratorError) {
        self.run = run
        self.readers = readers
        let isNeeded = readers.statistics.objectives.thresholds.contains(where: \.threshold.abortOnFail)
        thread = isNeeded ? try SerialThread("sml.thresholds") : nil
    }

    func begin() {
        thread?.repeat(first: run.clock.origin + Self.interval, every: Self.interval) { [self] in
            let elapsed = run.clock.now
            guard elapsed > 0, let reason = readers.statistics.reasonToAbort(elapsed: elapsed) else { return }
            run.stop(byRule: reason)
        }
    }

    func end() { thread?.stopRepeating() }
}
