// Redraws the progress line four times a second while a run goes on, on a thread of its own. The look into the
// statistics is taken only when a line is due, so that a run with --quiet or in a log pays nothing for it.

import Generator
import Metrics
import Synchronization

/// Drives a ``ProgressPrinter`` with a run's numbers.
final class ProgressTicker: Sendable {
    private let run: LoadRun
    private let readers: RunReaders
    private let thread: SerialThread?
    /// nil once it has ended.
    private let printer: Mutex<ProgressPrinter?>

    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread for it.
    init(run: LoadRun, readers: RunReaders, quiet: Bool) throws(GeneratorError) {
        self.run = run
        self.readers = readers
        let printer = ProgressPrinter(quiet: quiet)
        thread = printer.mode == .quiet ? nil : try SerialThread("sml.progress")
        self.printer = Mutex(printer)
    }

    func begin() {
        thread?.repeat(first: 0, every: ProgressPrinter.tick) { [self] in
            printer.withLock { printer in
                let elapsed = run.clock.now
                guard elapsed > 0, printer?.isDue(elapsed: elapsed) == true else { return }
                printer?.update(snapshot(elapsed: elapsed))
            }
        }
    }

    /// Clears the line. Nothing is drawn after it.
    func end() {
        thread?.stopRepeating()
        printer.withLock { printer in
            printer?.clear()
            printer = nil
        }
    }

    private func snapshot(elapsed: Int64) -> ProgressSnapshot {
        let total = run.expectedEnd
        let rates = run.lanes.compactMap { $0.rateAsked(at: elapsed) }
        return ProgressSnapshot(
            statistics: readers.statistics, elapsed: elapsed, total: total, isDraining: elapsed > total,
            inFlight: run.lanes.reduce(0) { $0 + $1.live.inFlight }, rateAsked: rates.isEmpty ? nil : rates.reduce(0, +),
            virtualUsers: run.lanes.reduce(0) { $0 + $1.live.active })
    }
}
