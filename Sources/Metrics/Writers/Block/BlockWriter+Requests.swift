// How many requests, and what became of them.

import Base

extension BlockWriter {
    var counts: TextSection {
        let finished = count(.finished)
        let failed = count(.failed)
        var requests = "\(Format.grouped(finished)) finished"
        if result.seconds > 0 { requests += " (\(Format.measure(result.rate(.finished)))/s)" }
        requests += ", \(Format.grouped(count(.started))) started"
        if let planned = result.run?.plannedArrivals { requests += " of \(Format.grouped(planned)) planned" }
        let rate = finished == 0 ? "n/a" : Format.fixed(100 * (Double(finished) - Double(failed)) / Double(finished), 2) + " %"
        let coloredRate = finished == 0 || failed > 0 ? style.bad(rate) : style.good(rate)
        var section = TextSection()
        section.add(row("requests", requests), .headline)
        section.add(row("success", "\(coloredRate), \(Format.grouped(failed)) failed"), .headline)
        addUnfinished(to: &section)
        let odd = remarks("answers") { style.bad($0) }
        if !odd.isEmpty { section.add(row("answers", "of the successful: " + odd.joined(separator: ", ")), .figure) }
        return section
    }

    /// What was cut off or never started.
    private func addUnfinished(to section: inout TextSection) {
        let interrupted = count(.interrupted)
        let dropped = count(.dropped)
        let paused = count(.pausedArrivals)
        if interrupted > 0 {
            let oldest = result.metrics.trend(.interruptedAge)?.max ?? 0
            section.add(
                row(
                    "interrupted",
                    style.bad(Format.grouped(interrupted))
                        + " cut off, the oldest after \(Format.duration(seconds: oldest / 1e3));"
                        + " the latencies below do not include them"), .headline)
        }
        if dropped > paused {
            section.add(row("dropped", style.bad(Format.grouped(dropped - paused)) + " arrivals found all virtual users busy"), .headline)
        }
        if paused > 0 {
            section.add(row("dropped", style.bad(Format.grouped(paused)) + " arrivals fell into pauses after a 429"), .headline)
        }
    }
}
