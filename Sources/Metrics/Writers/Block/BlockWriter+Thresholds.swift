// What the run was judged by: each threshold with its value, and what the value's interval says of it. First after the head,
// since who sets thresholds wants their answer.

import Base
import Scenarios
import Statistics

extension BlockWriter {
    var thresholds: TextSection {
        var section = TextSection()
        let rows = result.thresholds.map { threshold in
            [
                "\(threshold.isMet ? "✓" : "✗") \(plain(threshold.selector))", plain(threshold.condition), shown(threshold),
                Self.word(threshold),
            ]
        }
        guard !rows.isEmpty else { return section }
        let widths = (0..<3).map { column in rows.map { VisibleText.length($0[column]) }.max() ?? 0 }
        for (row, threshold) in zip(rows, result.thresholds) {
            let cells = row.prefix(3).enumerated().map { Table.pad($1, widths[$0]) }
            let word = threshold.isMet ? threshold.decision == .met ? style.good(row[3]) : row[3] : style.bad(row[3])
            section.add("  " + cells.joined(separator: "  ") + "  " + word, .headline)
            if let missing = threshold.missing { section.add("      no interval: \(plain(missing))", .figure) }
        }
        if result.thresholds.contains(where: { $0.decision == .undecided }) {
            section.add(row("", "undecided: the limit lies in the value's 95 % interval, or there is none; the value counts"), .context)
        }
        return section
    }

    private static func word(_ threshold: ThresholdResult) -> String {
        let word = threshold.isMet ? "met" : "NOT MET"
        return threshold.decision == .undecided ? "\(word), undecided" : word
    }

    private func shown(_ threshold: ThresholdResult) -> String {
        guard let figure = threshold.figure else { return "-" }
        // Shares are compared with limits such as 0.99, so they stay shares, and close to 1 every digit counts.
        if threshold.unit == Metric.Unit.share.rawValue {
            func share(_ value: Double) -> String { Format.fixed(value, 3) }
            let bounds = figure.low.map { low in " (\(share(low))–\(share(figure.high ?? 1)))" } ?? ""
            return share(figure.value) + bounds
        }
        return figure.text(unit: threshold.unit.isEmpty ? "" : " " + threshold.unit)
    }

    /// Requests that were as good as the scenario asks.
    var goodput: TextSection {
        var section = TextSection()
        guard let rate = result.metrics.rate(.goodput), rate.total > 0 else { return section }
        let objective = Objectives(resolvedScenario: result.run?.resolvedScenario ?? .null).request
        var text = "\(Format.fixed(100 * rate.value, 2)) % of the requests"
        if let perSecond = result.metrics.number(.goodputPerSecond) { text += ", \(Format.measure(perSecond))/s" }
        section.add(row("goodput", text + (objective.map { ", within \($0.text)" } ?? "")), .headline)
        return section
    }
}
