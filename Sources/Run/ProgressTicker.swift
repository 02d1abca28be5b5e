// Redraws the progress line four times a second while a run goes on, on a thread of its own. The look into the
// statistics is taken only when a line is due, so that a run with --quiet or in a log pays nothing for it.

import Generator
import Metrics
import Synchronization

/// Drives a ``ProgressPrinter`` with a run's numbers.
final class ProgressTicker: Sendable {
    private let run: LoadRun
    private let readers: RunReaders
    /// The lane whose figures stand apart.
    private let probe: UInt16?
    private let heading: String?
    private let thread: SerialThread?
    /// nil once it has ended.
    private let printer: Mutex<ProgressPrinter?>

    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread for it.
    init(run: LoadRun, readers: RunReaders, probe: UInt16?, quiet: Bool, heading: String? = nil) throws(GeneratorError) {
        self.run = run
        self.readers = readers
        self.probe = probe
        self.heading = heading
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
        let loads = run.lanes.filter { $0.arm != probe }
        let rates = loads.compactMap { $0.rateAsked(at: elapsed) }
        let tally = readers.tally
        var snapshot = ProgressSnapshot(
            statistics: tally.whole, elapsed: elapsed, total: total, isDraining: elapsed > total,
            inFlight: loads.reduce(0) { $0 + $1.live.inFlight }, rateAsked: rates.isEmpty ? nil : rates.reduce(0, +),
            virtualUsers: loads.reduce(0) { $0 + $1.live.active })
        if let probe { snapshot.takeProbe(tally[probe]) }
        snapshot.heading = heading
        return snapshot
    }
}
