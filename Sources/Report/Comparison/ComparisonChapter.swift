// The chapter of two sides, in the order in which somebody asks: do they differ, where and by how much, when, what was compared,
// and what none of it says.

import Base
import Metrics
import Statistics

struct ComparisonChapter: Chapter {
    let report: ComparisonReport
    let prefix: String

    private var comparison: ReadComparison { report.comparison }
    private var isPair: Bool { comparison.objections.isEmpty && comparison.obstacles.isEmpty }

    /// Under whatever heading the page has: the verdict, links, the sections.
    var html: [HTML] { [verdict, navigation(sections), help] + sections.map(\.html) }

    var sections: [Section] {
        [differences, distribution, overTime, blocks, labels, sides, limits].filter { !$0.isEmpty }
    }

    // MARK: Verdict

    private var verdict: HTML {
        let tone =
            switch comparison.verdict {
            case .worse where isPair: "bad"
            case .better where isPair: "good"
            case .noDifference where isPair: ""
            default: "warn"
            }
        let words =
            !comparison.obstacles.isEmpty
            ? "NO COMPARISON"
            : !comparison.objections.isEmpty ? "NOT COMPARABLE" : comparison.verdict.words(tolerance: comparison.tolerance)
        let lines = isPair ? comparison.figures.compactMap(\.text) : comparison.obstacles + comparison.objections
        return .element(
            "div", [.class("verdict \(tone)")],
            [
                .element("strong", [], words), .text(". " + design),
                lines.isEmpty ? .nothing : .element("ul", [], lines.map { .element("li", [], [.foreign($0)]) }),
            ])
    }

    private var design: String {
        switch comparison.design {
        case "duet": "Both at once, under one schedule."
        case "abba": "In turns, in one run."
        case "sequential": "One run after the other."
        case "repeats": "\(report.a.count) pairs of runs."
        default: "From summaries alone."
        }
    }

    // MARK: Differences

    private var differences: Section {
        section(
            "differences", "Differences",
            [figures, holm, figure("figures", report.figuresChart), figure("shift", report.shiftChart)])
    }

    private var holm: HTML {
        let tested = comparison.figures.count(where: \.isTested)
        guard tested > 0 else { return .nothing }
        return .element(
            "p", [.class("dim")],
            "\(tested) figure\(tested == 1 ? " was" : "s were") tested. Holm's procedure over them keeps the chance that any of equal servers' "
                + "figures is called different at 5 %. Detectable: the smallest difference that would have been found four times of five.")
    }

    private static let head = ["", "A", "B", "B/A", "95 % interval", "detectable", "found"]

    private var figures: HTML { table("B against A", Self.head, comparison.figures.flatMap { rows($0, .text($0.name)) }) }

    private func rows(_ figure: ReadComparison.Figure, _ name: HTML) -> [[HTML]] {
        func ratio(_ estimate: ReadComparison.Ratio?) -> [HTML] {
            guard let estimate else { return ["–", "–", "–"].map { .text($0) } }
            let bounds = estimate.low.flatMap { low in estimate.high.map { "\(Format.fixed(low, 3))–\(Format.fixed($0, 3))" } }
            return [
                .text(Format.fixed(estimate.ratio, 3)), .text(bounds ?? "–"),
                .text(estimate.detectable.map { Figures.percent($0) + " %" } ?? "–"),
            ]
        }
        let found = HTML.text(Self.found(figure))
        let measured = [name, .text(figure.shown(figure.a)), .text(figure.shown(figure.b))] + ratio(figure.measured)
        guard let adjusted = figure.atEqualLengths else { return [measured + [found]] }
        return [
            measured + [.text("–")], [.text("at equal lengths of answers"), .nothing, .nothing] + ratio(adjusted) + [found],
        ]
    }

    private static func found(_ figure: ReadComparison.Figure) -> String {
        if figure.isTested { return !figure.isDifferent ? "no difference" : figure.isWorse == true ? "B worse" : "B better" }
        return switch figure.untested {
        case "too_short": "too short"
        case "late_blocks": "generator late"
        case "invalid": "generator INVALID"
        case "set_by_schedule": "set by the schedule"
        case "no_failure": "nothing failed"
        case "no_records": "no records"
        case "unknown_plan": "plan not known"
        default: "not tested"
        }
    }

    private var distribution: Section { section("distribution", "Distribution", [figure("cumulative", report.distributionChart)]) }

    // MARK: Time

    private var overTime: Section {
        section(
            "time", "Over time",
            [
                figure("p50", report.drawn { report.percentileChart("Latency", 0.5, $0, \.latency) }),
                figure("p95", report.drawn { report.percentileChart("Latency", 0.95, $0, \.latency) }),
                figure("ttft", report.drawn { report.percentileChart("Time to the first token", 0.95, $0, \.firstToken) }),
                figure("tpot", report.drawn { report.percentileChart("Time per output token", 0.95, $0, \.timePerToken) }),
                figure(
                    "output",
                    report.drawn {
                        report.rateChart(
                            "Output tokens per second", "Counted when the answer they belong to ended.", "tokens/s", $0, \.outputTokens)
                    }),
                figure(
                    "failures",
                    report.drawn {
                        report.rateChart("Failures per second", "Failed requests, by when they ended.", "failures/s", $0, \.failed)
                    }),
            ])
    }

    private var blocks: Section {
        section(
            "blocks", comparison.design == "repeats" ? "Pair by pair" : "Block by block",
            [
                sideBySide(
                    comparison.figures.enumerated().map { index, one in
                        figure("parts-\(index + 1)", report.partsChart(one), group: "time")
                    })
            ])
    }

    // MARK: Labels

    /// A corpus may have thousands.
    private static let mostLabels = 100

    private var labels: Section {
        let shown = comparison.labels.prefix(Self.mostLabels)
        let rows = shown.flatMap { label in
            label.figures.filter { $0.quantity == .latency && $0.p != 0.99 }.flatMap { one in
                self.rows(one, .joined([.foreign(label.name, most: 200), .text(" " + one.name)]))
            }
        }
        let left = comparison.labels.count - shown.count
        return section(
            "labels", "By prompt label",
            [
                table(
                    "Holm's procedure over the labels among themselves; no part of the verdict"
                        + (left > 0 ? "; \(left) more labels are in the document" : ""), Self.head, rows)
            ])
    }

    // MARK: Sides

    private var sides: Section {
        section("sides", "What was compared", [sideTable, facts])
    }

    private var sideTable: HTML {
        table(
            "Runs of each side, steady parts", ["run"] + RunChapter.sideBySide,
            report.sides.flatMap { letter, runs in
                runs.enumerated().map { number, run in
                    [.foreign("\(letter)\(runs.count > 1 ? "\(number + 1)" : "") \(run.name)", most: 200)]
                        + RunChapter.sideBySide(run.result)
                }
            })
    }

    /// What the first runs say of themselves, what differs first.
    private var facts: HTML {
        guard let first = report.a.first, let second = report.b.first else { return .nothing }
        let ofA = RunChapter(run: first, prefix: "").factList, ofB = RunChapter(run: second, prefix: "").factList
        let values = (
            a: Dictionary(ofA.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            b: Dictionary(ofB.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        )
        let names = ofA.map(\.name) + ofB.map(\.name).filter { values.a[$0] == nil }
        func rows(_ isWanted: (String) -> Bool) -> [[HTML]] {
            names.filter(isWanted).map { [.text($0), values.a[$0] ?? .text("–"), values.b[$0] ?? .text("–")] }
        }
        let others = rows { values.a[$0] != values.b[$0] }, alike = rows { values.a[$0] == values.b[$0] }.map { [$0[0], $0[1]] }
        return .joined([
            table("What differs", ["", "A", "B"], others),
            alike.isEmpty
                ? .nothing
                : .element(
                    "details", [], [.element("summary", [], "What both have in common"), table("In both", ["", "A and B"], alike)]),
        ])
    }

    // MARK: Limits

    private var limits: Section {
        var items = comparison.notes.map { HTML.foreign($0) }
        switch comparison.design {
        case "duet", "abba":
            items.append(
                .text(
                    "Restarts, nodes and neighbours: both sides met one allocation, and the interval says nothing of another. Repeat with new ones."
                ))
        case "sequential":
            items.append(
                .text("A machine that drifts makes equal servers differ, and no formula sees it. Load both at once, or repeat in turns."))
        default: break
        }
        items.append(.text("Other days, loads and prompts: this is what was measured under this plan."))
        items.append(
            .text(
                "Looking early: the intervals are of a run that ended when it was meant to; stopping at the first difference finds one too often."
            ))
        if let lengths = comparison.lengths {
            items.append(
                .text(
                    "Lengths of answers: \(Format.measure(lengths.a)) tokens of A and \(Format.measure(lengths.b)) of B on average"
                        + (lengths.isDifferent ? ", at random: latencies are compared at equal lengths." : ".")))
        }
        return section("limits", "What it does not say", [list(items)])
    }
}
