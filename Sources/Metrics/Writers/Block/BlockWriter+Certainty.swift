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
        if let verdict = certainty.verdict {
            add(verdict, to: &section)
        } else {
            section.add(row("verdict", "too short a run to judge the generator by"), .headline)
        }
        if let overload = certainty.overload { section.add(row("", style.bad(overload.text)), .headline) }
        return section
    }

    private func add(_ verdict: RunVerdict, to section: inout TextSection) {
        section.add(row("verdict", marked(verdict.run)), .headline)
        for reason in verdict.run.reasons.dropFirst().prefix(2) { section.add(row("", reason.text), .figure) }
        if let cause = verdict.cause { section.add(row("", cause.text), .headline) }
        if verdict.run.level == .invalid { section.add(row("", "→ " + advice(verdict)), .figure) }
        for percentile in verdict.percentiles where percentile.verdict.level > verdict.run.level {
            section.add(row("", "\(Figures.percentile(percentile.p)) \(marked(percentile.verdict))"), .figure)
        }
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

    /// What the first screen leaves out of its window, and the other windows.
    var windows: TextSection {
        var section = TextSection()
        guard let certainty = result.certainty else { return section }
        if let steady = certainty.steady?.figures {
            let others = steady.latency.filter { $0.missing == nil && !Self.percentiles.contains($0.p) }
            let parts = [steady.requestsPerSecond.text(unit: " requests/s")] + others.map { "\($0.name) \($0.shortText(unit: " ms"))" }
            let lines = Self.wrapped(parts) + unbounded(steady.latency.filter { $0.missing != nil })
            for (index, line) in lines.enumerated() { section.add(row(index == 0 ? "steady" : "", line), .context) }
        }
        section.add(stageTable(certainty.stages), .headline)
        // Only where the load stood still is there more to say than the table does.
        for stage in certainty.stages where stage.isPlateau {
            add("plateau", stage.figures, about: "at \(stage.target)", to: &section)
        }
        let isAlone = certainty.steady == nil && certainty.stages.isEmpty
        add(
            "full run", certainty.full, about: "warm-up and draining included", isAlone ? .context : .detail, saysWhy: isAlone, to: &section
        )
        return section
    }

    /// - Parameter saysWhy: whether percentiles without an interval say what would give them one.
    private func add(
        _ name: String, _ window: WindowFigures, about: String, _ priority: TextLine.Priority = .figure, saysWhy: Bool = true,
        to section: inout TextSection
    ) {
        var parts = [window.requestsPerSecond.text(unit: " requests/s"), window.tokensPerSecond.text(unit: " output tokens/s")]
        if let rate = window.successRate { parts.append("succeed " + rate.inPerCent.text(unit: " %")) }
        let span = "\(Figures.clock(window.from))–\(Figures.clock(window.to))"
        let bounded = window.latency.filter { $0.missing == nil || !saysWhy }
        section.add(row(name, "\(span), \(about)"), priority)
        let lines = Self.wrapped(parts) + Self.wrapped(bounded.map { "\($0.name) \($0.shortText(unit: " ms"))" })
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
        return Self.wrapped(
            ["no interval\(first.moreSeconds == nil ? " (\(first.text))" : ""): " + (values.first ?? "")] + values.dropFirst())
    }

    static func wrapped(_ parts: [String]) -> [String] {
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, last.count + part.count + 2 <= textWidth {
                lines[lines.count - 1] = last + ", " + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }
}
