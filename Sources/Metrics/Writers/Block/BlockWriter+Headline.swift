// The first screen: what a run came to, in the order in which it is asked. Its lines are of the highest priority, so that neither
// many labels nor many kinds of failure take an interval off a terminal. Success and rate are of the whole run, since a
// failure in the warm-up is one; the rest is of the window whose name stands above it.

import Base
import Statistics

extension BlockWriter {
    /// What people ask for; the others stand below.
    static let percentiles: Set = [0.5, 0.95, 0.99]
    private static let mostPlateaus = 5

    var headline: TextSection {
        var section = TextSection()
        section.add(row("success", success), .headline)
        section.add(row("rate", requestRates), .headline)
        addUnfinished(to: &section)
        guard let certainty = result.certainty else {
            section.add(row("tokens/s", tokenRates + silentAnswers), .headline)
            return section
        }
        let window = certainty.headline
        let span = "\(Figures.clock(window.from))–\(Figures.clock(window.to))"
        section.add(row(certainty.steady == nil ? "full run" : "steady", "\(span), \(whatItIs(certainty)):"), .headline)
        if certainty.steady?.isUnsettled == true {
            section.add(row("", "nothing had settled by half of the run: this may still be warm-up"), .headline)
        }
        section.add(row("tokens/s", tokens(window)), .headline)
        addLatency(certainty, to: &section)
        if let inFlight = window.inFlight {
            section.add(
                row("in flight", "\(Format.measure(inFlight.mean)) in the mean, \(Format.grouped(inFlight.most)) at most"), .headline)
        }
        if section.lines.contains(where: { $0.text.contains("–") && $0.text.contains("(") }) {
            section.add(row("", LatencyIntervals.footnote), .context)
        }
        return section
    }

    private var success: String {
        let (finished, failed) = (count(.finished), count(.failed))
        guard finished > 0 else { return "\(style.bad("n/a")), 0 succeeded, 0 failed" }
        let share = (Double(finished) - Double(failed)) / Double(finished)
        let bounded = result.certainty?.full.successRate.flatMap { $0.low == nil ? nil : $0.inPerCent.text(unit: " %") }
        let text = bounded ?? Format.fixed(100 * share, 2) + " %"
        let colored = failed > 0 ? style.bad(text) : style.good(text)
        return "\(colored), \(Format.grouped(finished - min(finished, failed))) succeeded, \(Format.grouped(failed)) failed"
    }

    private func whatItIs(_ certainty: Certainty) -> String {
        guard let steady = certainty.steady else {
            return certainty.stages.isEmpty ? "warm-up and draining included" : "the load changed"
        }
        return switch steady.start {
        case .asked: certainty.warmUp == "none" ? "all of it, as asked" : "after the first \(plain(certainty.warmUp)), as asked"
        case .latencySettled: "latencies had settled"
        case .inFlightSettled: "requests in flight had settled"
        case .twiceP99: "after twice the p99 of latency"
        case .halfOfRun: "the second half"
        }
    }

    /// Output tokens of the window, and what that is for each of what serves the model.
    private func tokens(_ window: WindowFigures) -> String {
        guard result.metrics.number(.outputPerSecond) != nil else { return tokenRates }
        var parts = [window.tokensPerSecond.text(unit: " output")]
        for (count, name) in [(result.run?.server?.replicas, "replica"), (result.run?.server?.gpus, "GPU")] {
            if let count, count > 1 { parts.append((window.tokensPerSecond / Double(count)).shortText + " per \(name)") }
        }
        return parts.joined(separator: ", ") + silentAnswers
    }

    private func addLatency(_ certainty: Certainty, to section: inout TextSection) {
        guard !certainty.stages.isEmpty else { return add("latency", certainty.headline, to: &section) }
        let plateaus = certainty.stages.filter { $0.isPlateau && !$0.figures.latency.isEmpty }
        guard !plateaus.isEmpty else {
            return section.add(row("latency", "the load never stood still: percentiles of each stage below"), .headline)
        }
        for plateau in plateaus.prefix(Self.mostPlateaus) { add("at \(plateau.target)", plateau.figures, to: &section) }
        if plateaus.count > Self.mostPlateaus {
            section.add(row("", "and \(plateaus.count - Self.mostPlateaus) more plateaus below"), .headline)
        }
    }

    private func add(_ name: String, _ window: WindowFigures, to section: inout TextSection) {
        let shown = window.latency.filter { Self.percentiles.contains($0.p) }
        guard !shown.isEmpty else { return section.add(row(name, "n/a, no request succeeded"), .headline) }
        let parts = shown.map { "\($0.name) \($0.shortText(unit: " ms"))\($0.missing == nil ? "" : " (no interval)")" }
        for (index, line) in Self.wrapped(parts).enumerated() { section.add(row(index == 0 ? name : "", line), .headline) }
    }
}
