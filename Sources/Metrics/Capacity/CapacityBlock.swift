// The block a person reads after a search: the answer first, with what it rests on, then a row a probe, which is the server's curve.
// "None confirmed" is an answer, and has its own words.

import Base
import Statistics

extension CapacityResult {
    /// The readable block, ending in a newline.
    ///
    /// - Parameters:
    ///   - color: whether to mark what is good and bad; see ``TerminalStyle``.
    ///   - screen: what it must fit on; nil for everything there is to say.
    package func textBlock(color: Bool, screen: TerminalScreen? = nil) -> String {
        let writer = CapacityWriter(result: self, style: TerminalStyle(color: color))
        return ([writer.heading] + BlockLayout.lines(writer.sections, screen: screen)).joined(separator: "\n") + "\n"
    }

    /// What came of it in a sentence, for a log or a list: `18.4/s confirmed, 19/s refused`.
    package var sentence: String {
        let refused = lowestRefused.map { ", \(load.text($0)) refused" } ?? ""
        let met = highestMet.map { "; a probe met \(load.text($0)), which is not confirmed" } ?? ""
        switch state {
        case .confirmed: return (confirmed.map { "\(load.text($0)) confirmed" } ?? "confirmed") + refused
        case .confirmedAtMaximum:
            return (confirmed.map { "\(load.text($0)) confirmed" } ?? "confirmed") + ", the highest that was allowed: it may be more"
        case .noneConfirmed: return "none confirmed" + refused + met
        case .generatorLimited: return "not found: the generator and not the server was the limit" + refused + met
        case .outOfTime: return "none confirmed in the time allowed" + refused + met
        case .searching: return "not finished" + (confirmed.map { ", \(load.text($0)) confirmed so far" } ?? "") + refused + met
        case .stopped: return "none confirmed before it was stopped" + refused + met
        case .failed: return "none confirmed: the search could not go on" + refused + met
        }
    }
}

private struct CapacityWriter {
    let result: CapacityResult
    let style: TerminalStyle

    var heading: String {
        let model = result.model.isEmpty ? "" : ", model \(OneLine.escaped(result.model))"
        return style.bold("=== Capacity: \(OneLine.escaped(result.scenario)) (\(OneLine.escaped(result.executor)))\(model) ===")
    }
    var sections: [TextSection] { [answer, table, reasons] }

    private func row(_ name: String, _ text: String) -> String { "  " + Table.pad(name, 13) + text }

    private var answer: TextSection {
        var section = TextSection()
        let sentence = result.sentence
        section.add(row("capacity", result.state.isConfirmed ? style.good(sentence) : style.bad(sentence)), .headline)
        if let reason = result.reason { section.add(row("", OneLine.escaped(reason)), .headline) }
        if let limit = result.limitedBy { section.add(row("limited by", OneLine.escaped(limit)), .headline) }
        if let confirmation = result.confirmation {
            for (index, finding) in confirmation.objectives.enumerated() {
                section.add(row(index == 0 ? "there" : "", Self.text(finding)), .headline)
            }
        } else {
            for (index, objective) in result.objectives.enumerated() {
                section.add(row(index == 0 ? "objectives" : "", OneLine.escaped(objective.text)), .headline)
            }
        }
        if result.state.isConfirmed {
            let chance = Figures.percent(result.confidence)
            section.add(row("", "right with \(chance) % or more, over all looks; of this server as it was in these minutes"), .headline)
        }
        let probes = result.probes.count == 1 ? "1 probe" : "\(result.probes.count) probes"
        section.add(
            row("took", "\(Format.duration(seconds: result.minutes * 60)), \(probes), prompt seed \(result.promptSeed)"), .figure)
        return section
    }

    /// `e2e_latency_ms: p(95)<2000: 1,820 (1,760–1,890), at most 1,930`.
    private static func text(_ finding: CapacityFinding) -> String {
        let value = finding.figure.map { $0.text(unit: "") } ?? "nothing measured"
        let bound = finding.bound.map { ThresholdSide.words(finding.condition) + " " + Figures.short($0) }
        return "\(OneLine.escaped(finding.selector)): \(OneLine.escaped(finding.condition)): \(value)" + (bound.map { ", \($0)" } ?? "")
    }

    private var table: TextSection {
        var section = TextSection()
        func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
        let isRate = result.load == .rate
        let hasCached = result.probes.contains { $0.cachedShare != nil }
        let rows = result.probes.map { probe in
            let asked = JSONText.javaScriptNumber(probe.asked)
            return ["\(probe.number) \(probe.phase.rawValue)", asked, cell(probe.achieved), cell(probe.inFlight.mean)]
                + [0.5, 0.95, 0.99].map { p in cell(probe.latency.first { $0.p == p }?.figure.value) }
                + (hasCached ? [probe.cachedShare.map { Format.fixed(100 * $0, 0) } ?? "-"] : [])
                + [probe.generator?.name ?? "-", probe.decision.rawValue]
        }
        guard !rows.isEmpty else { return section }
        let head =
            ["probe", isRate ? "asked/s" : "users", "req/s", "in flight", "p50, ms", "p95, ms", "p99, ms"]
            + (hasCached ? ["cached, %"] : [])
            + ["generator", ""]
        section.add(Table.aligned([head] + rows, indentation: 2, width: BlockWriter.width), .figure)
        return section
    }

    private var reasons: TextSection {
        var section = TextSection()
        for probe in result.probes {
            guard let reason = probe.reason else { continue }
            var text = "probe \(probe.number), \(result.load.text(probe.asked)): \(OneLine.escaped(reason))"
            if let overload = probe.overload {
                text += "; left after \(Format.duration(seconds: overload.at + overload.leftAfter)), \(probe.cutOff) answers given up"
            }
            section.add("  " + text, .detail)
        }
        return section
    }
}

/// On which side of a limit a bound lies.
private enum ThresholdSide {
    static func words(_ condition: String) -> String { condition.contains("<") ? "at most" : "at least" }
}
