// The block a person reads after several runs of one plan: the verdict of all, the figures between them with what they cover, and
// a row a run. What one run says of itself is in its own summary.

import Base
import Statistics

extension RepeatedRuns {
    /// The readable block, ending in a newline.
    ///
    /// - Parameters:
    ///   - color: whether to mark what is good and bad; see ``TerminalStyle``.
    ///   - screen: what it must fit on; nil for everything there is to say.
    package func textBlock(color: Bool, screen: TerminalScreen? = nil) -> String {
        let writer = RepeatsWriter(all: self, style: TerminalStyle(color: color))
        return ([writer.heading] + BlockLayout.lines(writer.sections, screen: screen)).joined(separator: "\n") + "\n"
    }
}

private struct RepeatsWriter {
    let all: RepeatedRuns
    let style: TerminalStyle

    var heading: String { style.bold("=== LLM Load Test: \(all.runs.count) of \(all.asked) runs of one plan ===") }
    var sections: [TextSection] { [verdict, figures, table] }

    private func row(_ name: String, _ text: String) -> String { "  " + Table.pad(name, 13) + text }

    private var verdict: TextSection {
        var section = TextSection()
        section.add(row("verdict", verdicts), .headline)
        for run in all.runs {
            if let reason = run.isLeftOut {
                section.add(row("", style.bad("run \(run.number) is left out") + ": \(OneLine.escaped(reason))"), .headline)
            } else if run.isOverloaded {
                section.add(row("", style.bad("run \(run.number) is OVERLOADED") + ": only its rates count"), .headline)
            }
        }
        let model = all.plan.model.isEmpty ? "" : ", model \(OneLine.escaped(all.plan.model))"
        section.add(row("scenario", "\(OneLine.escaped(all.plan.scenario)) (\(OneLine.escaped(all.plan.executor)))\(model)"), .context)
        return section
    }

    /// `VALID in all 5 runs`, `VALID in 4, INVALID in 1`.
    private var verdicts: String {
        let names = all.runs.map { $0.verdict?.level.name ?? "none" }
        if let first = names.first, names.allSatisfy({ $0 == first }) {
            let text = first == "none" ? "runs too short to judge the generator by" : "\(first) in all \(names.count) runs"
            return first == "VALID" ? style.good(text) : first == "INVALID" ? style.bad(text) : text
        }
        let parts = ["VALID", "SUSPECT", "INVALID", "none"].compactMap { name -> String? in
            let count = names.filter { $0 == name }.count
            return count > 0 ? "\(name) in \(count)" : nil
        }
        return parts.isEmpty ? "n/a" : parts.joined(separator: ", ")
    }

    private var figures: TextSection {
        var section = TextSection()
        if let rate = all.successRate { section.add(row("success", rate.figure.inPerCent.text(unit: " %")), .headline) }
        if let rate = all.requestsPerSecond { section.add(row("rate", rate.figure.text(unit: "/s") + " succeeded"), .headline) }
        if let tokens = all.tokensPerSecond?.figure {
            var parts = [tokens.text(unit: " output")]
            for (count, name) in [(all.plan.server?.replicas, "replica"), (all.plan.server?.gpus, "GPU")] {
                if let count, count > 1 { parts.append((tokens / Double(count)).shortText + " per \(name)") }
            }
            section.add(row("tokens/s", parts.joined(separator: ", ")), .headline)
        }
        let percentiles = BlockWriter.percentiles.sorted()
        let latency = percentiles.compactMap { p in
            all.latency(p).map { "\(Figures.percentile(p)) \($0.figure.text(unit: " ms"))" }
        }
        for (index, line) in BlockWriter.wrapped(latency).enumerated() {
            section.add(row(index == 0 ? "latency" : "", line), .headline)
        }
        section.add(row("", coverage), .headline)
        let spreads = percentiles.compactMap { p in
            all.latency(p)?.spread.map { "\(Figures.percentile(p)) \(Figures.percent($0)) %" }
        }
        if !spreads.isEmpty {
            section.add(row("spread", spreads.joined(separator: ", ") + " from run to run (std. dev.)"), .figure)
        }
        return section
    }

    private var coverage: String {
        let count = all.counted.count
        guard count >= 2 else { return "no interval between runs: it needs 2 that count" }
        let few = count < BetweenRuns.recommended ? "; \(BetweenRuns.recommended) runs or more make them useful" : ""
        return "95 % intervals over \(count) runs, changes between them covered\(few)"
    }

    private var table: TextSection {
        var section = TextSection()
        func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
        let rows = all.runs.map { run in
            [
                "\(run.number)" + (run.isLeftOut == nil ? "" : " left out"), run.verdict?.level.name ?? "-",
                run.successRate.map { Format.fixed(100 * $0, 2) } ?? "-", cell(run.requestsPerSecond), cell(run.tokensPerSecond),
            ] + BlockWriter.percentiles.sorted().map { cell(run.latency[$0]) }
        }
        guard !rows.isEmpty else { return section }
        let head = ["run", "verdict", "success, %", "requests/s", "tokens/s", "p50, ms", "p95, ms", "p99, ms"]
        section.add(Table.aligned([head] + rows, indentation: 2, width: BlockWriter.width), .figure)
        return section
    }
}
