// Redraws the progress line four times a second while a run goes on. The look into the statistics is taken only when
// a line is due, so that a run with --quiet or in a log pays nothing for it.

import Generator
import Metrics

/// Drives a ``ProgressPrinter`` with a run's numbers.
struct ProgressTicker {
    let run: LoadRun
    let readers: RunReaders
    let quiet: Bool

    /// Ticks until its task is cancelled, then clears the line.
    func runUntilCancelled() async {
        var printer = ProgressPrinter(quiet: quiet)
        guard printer.mode != .quiet else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: .nanoseconds(ProgressPrinter.tick))
            let elapsed = run.clock.now
            guard !Task.isCancelled, printer.isDue(elapsed: elapsed) else { continue }
            printer.update(snapshot(elapsed: elapsed))
        }
        printer.clear()
    }

    private func snapshot(elapsed: Int64) -> ProgressSnapshot {
        let total = run.plan.executor.duration.nanoseconds
        return ProgressSnapshot(
            statistics: readers.statistics, elapsed: elapsed, total: total, isDraining: elapsed > total,
            inFlight: run.live.inFlight, rateAsked: run.rateAsked(at: elapsed), virtualUsers: run.live.active)
    }
}
