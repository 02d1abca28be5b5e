// A comparison as a person reads it: the verdict, a sentence for each figure, the values behind them, and what they do not cover.
// 80 columns, in a pipe as on a terminal.

import Base
import Statistics

extension Comparison {
    /// The readable block, ending in a newline; of what is no pair, the reasons.
    ///
    /// - Parameters:
    ///   - heading: whether it begins with its heading, and says what the sides are.
    ///   - columns: what no line exceeds but for names that are longer.
    package func textBlock(color: Bool, heading: Bool = true, columns: Int = 80) -> String {
        ComparisonWriter(comparison: self, style: TerminalStyle(color: color), columns: columns).lines(heading: heading)
            .joined(separator: "\n") + "\n"
    }
}

struct ComparisonWriter {
    let comparison: Comparison
    let style: TerminalStyle
    let columns: Int

    /// More labels than this are in the document.
    private static let mostLabels = 8

    func lines(heading: Bool) -> [String] {
        let head =
            heading ? [style.bold("=== Comparison: B against A ===")] + sides("A", comparison.a) + sides("B", comparison.b) + [""] : []
        guard comparison.objections.isEmpty else {
            return head + [style.bad("NOT COMPARABLE")] + comparison.objections.flatMap { wrapped(OneLine.escaped($0.text)) }
        }
        let sentences = comparison.figures.compactMap(\.sentence).flatMap { wrapped($0) }
        return head + [verdict] + sentences + lengths + [""] + table(comparison.figures) + labels + notes
    }

    private func sides(_ arm: String, _ side: ComparisonSide) -> [String] {
        side.runs.enumerated().flatMap { number, run in
            let name = side.runs.count > 1 ? "\(arm)\(number + 1)" : arm
            let facts: [String?] = [
                run.scenario, run.duration > 0 ? Format.duration(seconds: run.duration) : nil, "\(Format.grouped(run.requests)) requests",
                run.verdict?.name,
            ]
            let text = facts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ")
            return wrapped("\(name)  \(OneLine.escaped(run.name)): \(OneLine.escaped(text))", indentation: 0)
        }
    }

    private var verdict: String {
        let words = comparison.verdict.words(tolerance: comparison.tolerance)
        return switch comparison.verdict {
        case .worse: style.bad(words)
        case .better: style.good(words)
        case .noDifference, .none: style.bold(words)
        }
    }

    private var lengths: [String] {
        guard let lengths = comparison.lengths, lengths.isDifferent else { return [] }
        return wrapped(lengths.text)
    }

    private func table(_ figures: [ComparisonFigure]) -> [String] {
        guard !figures.isEmpty else { return [] }
        return aligned(figures.flatMap { rows($0, $0.quantity.name(p: $0.p)) })
    }

    private func aligned(_ rows: [[String]]) -> [String] {
        Table.aligned([Self.header] + rows, indentation: 2, width: columns).map { line in
            String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
        }
    }

    private static let header = ["", "A", "B", "B/A", "95 % interval", "detectable"]

    private func rows(_ figure: ComparisonFigure, _ name: String) -> [[String]] {
        func shown(_ value: Double?) -> String { value.map { figure.quantity.text($0) } ?? "–" }
        func ratio(_ estimate: RatioEstimate?) -> [String] {
            guard let estimate else { return [figure.ratioOfValues.map { Format.fixed($0, 3) } ?? "–", "", ""] }
            let (low, high) = (Format.fixed(estimate.low, 3), Format.fixed(estimate.high, 3))
            return [Format.fixed(estimate.ratio, 3), "\(low)–\(high)", "\(Figures.percent(estimate.detectable)) %"]
        }
        let measured = [name, shown(figure.a), shown(figure.b)] + ratio(figure.measured)
        return figure.atEqualLengths.map { [measured, ["  " + ComparisonNote.adjusted, "", ""] + ratio($0)] } ?? [measured]
    }

    private var labels: [String] {
        guard !comparison.labels.isEmpty else { return [] }
        let shown = comparison.labels.prefix(Self.mostLabels)
        let rows = shown.flatMap { label in
            label.figures.filter { $0.quantity == .latency && $0.p != 0.99 }.flatMap { figure in
                self.rows(figure, OneLine.escaped(label.name) + " " + figure.quantity.name(p: figure.p))
            }
        }
        let more = comparison.labels.count - shown.count
        return ["", "by prompt label (no part of the verdict)"] + aligned(rows)
            + (more > 0 ? ["  \(more) more labels are in the document (--json)"] : [])
    }

    private var notes: [String] {
        guard !comparison.notes.isEmpty else { return [] }
        return [""] + comparison.notes.flatMap { wrapped("note: " + OneLine.escaped($0), indentation: 0) }
    }

    /// Lines no longer than the block is wide, later ones indented further.
    private func wrapped(_ text: String, indentation: Int = 2) -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: indentation)
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = String(repeating: " ", count: indentation + 2)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}

extension Comparison.Verdict {
    /// The verdict as everything shows it, beyond `tolerance` (0.03 for 3 %).
    package func words(tolerance: Double) -> String {
        let limit = tolerance > 0 ? " by more than \(Figures.percent(tolerance)) %" : ""
        return switch self {
        case .worse: "B is WORSE\(limit)"
        case .better: "B is BETTER\(limit)"
        case .noDifference: limit.isEmpty ? "NO DIFFERENCE found" : "NO DIFFERENCE\(limit) found"
        case .none: "NO VERDICT"
        }
    }
}

extension ComparisonFigure {
    /// What was found, or why nothing could be; nil where the values are all there is to say.
    package var sentence: String? {
        if isTested, let decisive { return decisive.text(name, isDifferent: isDifferent, quantity: quantity.quantity) }
        return switch untested {
        case .tooShort(let more): "\(name): \(ComparisonNote.tooShort(moreSeconds: more))"
        case .lateBlocks(let late, let all): "\(name): \(ComparisonNote.lateBlocks(late, of: all)); too few are left"
        case .invalid(let arm): "\(name): \(NotComparable.invalid(arm: arm).text)"
        case .schedule, .noFailure, .noRecords, .unknownPlan, nil: nil
        }
    }
}

extension LengthDifference {
    package var text: String {
        let (more, word) = b >= a ? (b / a - 1, "longer") : (1 - b / a, "shorter")
        var interval = ""
        if let ratio {
            let bounds = b >= a ? (ratio.low - 1, ratio.high - 1) : (1 - ratio.high, 1 - ratio.low)
            interval = " (\(Figures.percent(bounds.0))–\(Figures.percent(bounds.1)))"
        }
        return "answers: B's are \(Figures.percent(more)) % \(word)\(interval), \(Format.measure(b)) against \(Format.measure(a)) tokens; "
            + "\"\(ComparisonNote.adjusted)\" leaves this out"
    }
}

extension ComparedQuantity {
    /// With its unit.
    func text(_ value: Double) -> String {
        switch self {
        case .latency, .timeToFirstToken, .timePerToken: Format.measure(value) + " ms"
        case .throughput, .outputTokensPerSecond: Format.measure(value)
        case .successRate: Format.measure(100 * value) + " %"
        }
    }
}
