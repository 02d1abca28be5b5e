// A run's latency in a terminal of 80 columns: when, as shades of how many requests took how long, and how they are spread, as
// bars. Blocks where the locale speaks UTF-8, plain ASCII where it does not.

import Glibc
import Metrics

/// Plots as lines of text.
package struct TextPlot: Sendable {
    /// What the plots are made of.
    package struct Style: Sendable {
        /// From none to most.
        let shades: [Character]
        /// Parts of a full cell, least first.
        let bars: [Character]
        let rule: (horizontal: Character, corner: Character, vertical: Character)

        package static let blocks = Style(
            shades: [" ", "░", "▒", "▓", "█"], bars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], rule: ("─", "└", "│"))
        package static let ascii = Style(shades: [" ", ".", ":", "+", "#"], bars: ["#"], rule: ("-", "+", "|"))

        /// As the locale asks: its first variable that is set decides.
        package static func of(environment: [String: String]) -> Style {
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
            let text = locale.lowercased()
            return text.contains("utf-8") || text.contains("utf8") ? .blocks : .ascii
        }
    }

    let report: RunReport
    let style: Style
    let width: Int

    package init(_ report: RunReport, style: Style, width: Int = 80) {
        self.report = report
        self.style = style
        self.width = max(40, width)
    }

    /// Both plots, an empty line before each; what there is nothing for is left out.
    package var lines: [String] { overTime + distribution }

    private static let rows = 14
    private static let margin = 9

    private var overTime: [String] {
        let columns = width - Self.margin - 2
        guard let columns = report.columns(columns) else { return [] }
        let steps = (0..<columns.count).map { columns.merged($0).latency }
        let all = steps.reduce(into: DurationCounts()) { $0.merge($1) }
        guard let least = all.shortest, let most = all.longest else { return [] }
        let axis = Axis.logarithmic(max(1e-3, least), max(1e-3, most))
        func row(_ milliseconds: Double) -> Int { min(Self.rows - 1, Int(axis.place(max(1e-3, milliseconds)) * Double(Self.rows))) }
        var counts = [[UInt64]](repeating: [UInt64](repeating: 0, count: Self.rows), count: steps.count)
        for (column, step) in steps.enumerated() {
            step.forEachCell { low, high, count in counts[column][row((max(low, 1e-3) * high).squareRoot())] += count }
            // The longest is never rounded away.
            if let longest = step.longest { counts[column][row(longest)] = max(1, counts[column][row(longest)]) }
        }
        let top = counts.reduce(0) { max($0, $1.max() ?? 0) }
        func shade(_ count: UInt64) -> Character {
            guard count > 0 else { return style.shades[0] }
            guard top > 1 else { return style.shades[style.shades.count - 1] }
            let share = Logarithm.two(Double(count)) / Logarithm.two(Double(top))
            return style.shades[1 + Int((share * Double(style.shades.count - 2)).rounded())]
        }
        var labels = [String](repeating: "", count: Self.rows)
        for tick in axis.ticks { labels[min(Self.rows - 1, Int((axis.place(tick.value) * Double(Self.rows)).rounded(.down)))] = tick.label }
        // A column for a step is narrow in a short run: each is repeated, so that the plot is as wide as the others.
        let repeats = max(1, (width - Self.margin - 2) / max(1, steps.count))
        var lines = ["", "  latency over time (by when requests were due; darker is more of them)"]
        for row in stride(from: Self.rows - 1, through: 0, by: -1) {
            let cells = counts.map { String(repeating: shade($0[row]), count: repeats) }.joined()
            lines.append(Self.padded(ascii(labels[row]), Self.margin) + String(style.rule.vertical) + Self.trimmed(cells))
        }
        let drawn = steps.count * repeats
        lines.append(
            String(repeating: " ", count: Self.margin) + String(style.rule.corner) + String(repeating: style.rule.horizontal, count: drawn))
        let time = Axis.time(columns.seconds, ticks: 6)
        var scale = [Character](repeating: " ", count: width)
        for tick in time.ticks {
            let start = Self.margin + 1 + Int(time.place(tick.value) * Double(drawn))
            guard start + tick.label.count <= width, scale[max(0, start - 1)...start].allSatisfy({ $0 == " " }) else { continue }
            for (index, character) in tick.label.enumerated() { scale[start + index] = character }
        }
        return lines + [Self.trimmed(String(scale))]
    }

    private var distribution: [String] {
        guard let counts = report.result.distributions?.latency, !counts.isEmpty else { return [] }
        // Rows of equal shares of the logarithm, at most sixteen.
        let group = max(1, (counts.counts.count + 15) / 16)
        let rows = stride(from: 0, to: counts.counts.count, by: group).map { start in
            counts.counts[start..<min(counts.counts.count, start + group)].reduce(UInt64(0)) { $0 + UInt64($1) }
        }
        let total = Double(counts.total)
        let most = Double(rows.max() ?? 1)
        let room = Double(width - 2 * Self.margin - 16)
        var passed: UInt64 = 0
        var lines = ["", "  distribution of latency: up to, requests, share so far"]
        for (index, count) in rows.enumerated() {
            passed += count
            let bound = min(
                DurationCounts.lowerBound(of: min(DurationCounts.cells, counts.first + (index + 1) * group)), counts.longest ?? .infinity)
            let share = Double(passed) / total * 100
            let rounded = passed == counts.total ? "100" : Format.fixed((share * 100).rounded(.down) / 100, 2)
            lines.append(
                Self.padded(ascii(Axis.label(ChartFigure.rounded(bound), .milliseconds)), Self.margin) + String(style.rule.vertical)
                    + Self.padded(Format.grouped(count), 11) + Self.padded(rounded + " %", 10) + bar(Double(count) / most * room))
        }
        return lines
    }

    private func bar(_ length: Double) -> String {
        guard length > 0 else { return "" }
        let whole = Int(length)
        let part = length - Double(whole)
        let full = String(repeating: style.bars[style.bars.count - 1], count: whole)
        if style.bars.count == 1 { return whole == 0 ? "." : full }
        let eighth = Int((part * Double(style.bars.count)).rounded())
        if eighth == 0 { return whole == 0 ? String(style.bars[0]) : full }
        return full + String(style.bars[min(eighth, style.bars.count) - 1])
    }

    private func ascii(_ text: String) -> String { style.bars.count == 1 ? text.replacing("µ", with: "u") : text }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count - 1)) + text + " "
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
