// Verdict, windows and intervals. The verdict is the block's first line, since nothing below it means anything when it is
// INVALID; numbers have no more digits than their interval supports, and what intervals do not cover is said once.

import Base
import Statistics

extension BlockWriter {
    /// Columns of a row's text in a terminal of 80.
    private static let textWidth = 64

    // MARK: The verdict

    var verdict: TextSection {
        var section = TextSection()
        guard let certainty = result.certainty else { return section }
        guard let verdict = certainty.verdict else {
            section.add(row("verdict", "too short a run to judge the generator by"), .figure)
            return section
        }
        section.add(row("verdict", marked(verdict.run)), .headline)
        for reason in verdict.run.reasons.dropFirst().prefix(2) { section.add(row("", reason.text), .figure) }
        if let cause = verdict.cause { section.add(row("", cause.text), .headline) }
        if verdict.run.level == .invalid { section.add(row("", "→ " + advice(verdict)), .figure) }
        for percentile in verdict.percentiles where percentile.verdict.level > verdict.run.level {
            section.add(row("", "\(Figures.percentile(percentile.p)) \(marked(percentile.verdict))"), .figure)
        }
        if let overload = certainty.overload { section.add(row("", style.bad(overload.text)), .headline) }
        return section
    }

    private func marked(_ verdict: GeneratorVerdict) -> String {
        switch verdict.level {
        case .valid: style.good(verdict.text)
        case .suspect: verdict.text
        case .invalid: style.bad(verdict.text)
        }
    }

    private func advice(_ verdict: RunVerdict) -> String {
        if verdict.isLate { return "these figures are the generator's: use more workers or a less busy machine" }
        return "the tail of these figures is missing: allow more virtual users (maxVUs) or ask for less"
    }

    // MARK: The windows

    var windows: TextSection {
        var section = TextSection()
        guard let certainty = result.certainty else { return section }
        if let steady = certainty.steady {
            add("steady", steady.figures, about: explanation(steady, certainty), .context, to: &section)
            if steady.isUnsettled { section.add(row("", "nothing had settled by half of the run: this may still be warm-up"), .figure) }
            if let instant = certainty.firstRepeat {
                section.add(row("", "prompts repeat from \(Figures.clock(instant)) on: prefix caches may answer faster"), .figure)
            }
        }
        section.add(stageTable(certainty.stages), .headline)
        // Only where the load stood still is there more to say than the table does.
        for stage in certainty.stages where stage.isPlateau {
            add("plateau", stage.figures, about: "at \(stage.target)", .figure, to: &section)
        }
        let isAlone = section.lines.isEmpty
        add(
            "full run", certainty.full, about: "warm-up and draining included", isAlone ? .context : .detail, saysWhy: isAlone,
            to: &section)
        if section.lines.contains(where: { $0.text.contains("–") }) { section.add(row("", LatencyIntervals.footnote), .context) }
        return section
    }

    /// - Parameter saysWhy: whether percentiles without an interval say what would give them one.
    private func add(
        _ name: String, _ window: WindowFigures, about: String, _ priority: TextLine.Priority, saysWhy: Bool = true,
        to section: inout TextSection
    ) {
        var parts = [window.requestsPerSecond.text(unit: " requests/s"), window.tokensPerSecond.text(unit: " output tokens/s")]
        if let rate = window.successRate { parts.append("succeed " + rate.inPerCent.text(unit: " %")) }
        let span = "\(Figures.clock(window.from))–\(Figures.clock(window.to))"
        let bounded = window.latency.filter { $0.missing == nil || !saysWhy }
        section.add(row(name, "\(span), \(about)"), priority)
        let lines = wrapped(parts) + wrapped(bounded.map { "\($0.name) \($0.shortText(unit: " ms"))" })
        section.add(lines.map { row("", $0) }, priority)
        guard saysWhy else { return }
        section.add(unbounded(window.latency.filter { $0.missing != nil }).map { row("", $0) }, min(priority, .figure))
    }

    /// Percentiles without an interval, and how much longer the run would have to be for one.
    private func unbounded(_ percentiles: [PercentileFigure]) -> [String] {
        guard let first = percentiles.first?.missing else { return [] }
        let values = percentiles.map { percentile in
            let more = percentile.missing?.moreSeconds.map { " (\(NoInterval.longer($0)))" } ?? ""
            return "\(percentile.name) \(percentile.shortText(unit: " ms"))\(more)"
        }
        return wrapped(["no interval\(first.moreSeconds == nil ? " (\(first.text))" : ""): " + (values.first ?? "")] + values.dropFirst())
    }

    private func explanation(_ steady: SteadyFigures, _ certainty: Certainty) -> String {
        switch steady.start {
        case .asked: certainty.warmUp == "none" ? "all of it, as asked" : "after the first \(plain(certainty.warmUp)), as asked"
        case .latencySettled: "latencies had settled"
        case .inFlightSettled: "requests in flight had settled"
        case .twiceP99: "after twice the p99 of latency"
        case .halfOfRun: "the second half"
        }
    }

    private func wrapped(_ parts: [String]) -> [String] {
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, last.count + part.count + 2 <= Self.textWidth {
                lines[lines.count - 1] = last + ", " + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }
}
