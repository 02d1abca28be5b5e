// The chapter of several runs of one plan: each run's figure as a point, and between which bounds their mean lies. What one run
// cannot see (restarts, placement, neighbours, slow drift) is how far the points lie apart.

import Base
import Metrics
import Statistics

struct RepeatsChapter: Chapter {
    let all: RepeatedRuns
    let prefix: String
    /// Those of the runs that the page goes on with: all, or none where they are too many.
    let chapters: [RunChapter]

    var html: [HTML] { [text, sideBySide(charts.enumerated().map { figure("figure-\($0 + 1)", $1) }), runs] }

    private var text: HTML {
        let counted = all.counted.count
        let coverage =
            counted < 2
            ? "No interval between runs: it needs two that count."
            : "95 % intervals over \(counted) runs: changes between them are covered, as far as these runs saw them."
                + (counted < BetweenRuns.recommended ? " \(BetweenRuns.recommended) runs or more make them useful." : "")
        let left = all.runs.compactMap { run in
            run.isLeftOut.map { HTML.joined([.text("Run \(run.number) is left out: "), .foreign($0)]) }
                ?? (run.isOverloaded ? .text("Run \(run.number) is OVERLOADED: only its rates count") : nil)
        }
        return .element(
            "div", [.class("verdict" + (left.isEmpty && counted > 1 ? " good" : " warn"))],
            [
                .element("strong", [], "\(all.runs.count) of \(all.asked) runs"), .text(". " + coverage),
                left.isEmpty ? .nothing : .element("ul", [], left.map { .element("li", [], [$0]) }),
            ])
    }

    // MARK: Charts

    private var charts: [Chart] {
        let latencies = ComparedQuantity.percentiles.compactMap { p in
            chart(Figures.percentile(p) + " latency", .milliseconds, all.latency(p)) { $0.latency[p] }
        }
        return latencies
            + [
                chart("Requests/s succeeded", .number, all.requestsPerSecond) { $0.requestsPerSecond },
                chart("Output tokens/s", .number, all.tokensPerSecond) { $0.tokensPerSecond },
            ].compactMap { $0 }
    }

    private func chart(
        _ title: String, _ unit: Axis.Unit, _ between: RepeatedRuns.Between?, _ value: (RepeatedRun) -> Double?
    ) -> Chart? {
        RepeatsChapter.chart(title, unit, all.runs.map { ($0.isLeftOut == nil, value($0)) }, between)
    }

    /// - Parameter values: of each run, whether it counts and what it came to.
    static func chart(
        _ title: String, _ unit: Axis.Unit, _ values: [(counts: Bool, value: Double?)], _ between: RepeatedRuns.Between?
    ) -> Chart? {
        let found = values.compactMap(\.value)
        guard let least = found.min(), let most = found.max(), most > 0 else { return nil }
        let figure = between?.figure
        var levels: [Chart.Level] = []
        if let figure {
            levels.append(.init(low: figure.value, high: figure.value, label: ""))
            if let low = figure.low, let high = figure.high, low <= high { levels.append(.init(low: low, high: high, label: "")) }
        }
        let ends = levels.flatMap { [$0.low, $0.high] } + [least, most]
        let spread = between?.spread.map { " Runs differ by \(Figures.percent($0)) % (standard deviation)." } ?? ""
        let interval = figure.flatMap { figure in
            figure.low.flatMap { low in
                figure.high.map { "\(Axis.label(ChartFigure.rounded(low), unit))–\(Axis.label(ChartFigure.rounded($0), unit))" }
            }
        }
        return Chart(
            title: title,
            caption: (figure.map { "Mean \(Axis.label(ChartFigure.rounded($0.value), unit))" } ?? "No mean")
                + (interval.map { ", 95 % interval between runs \($0) (shaded)." } ?? ".") + spread,
            x: .categories(values.indices.map { "\($0 + 1)" }), y: .span(ends.min() ?? 0, ends.max() ?? 1, unit: unit, least: most * 0.01),
            xName: "run", yName: "", xs: values.indices.map(Double.init),
            series: [
                Chart.Series(points: "a run", color: 1, shape: .dot, values.map { $0.counts ? $0.value : nil }),
                Chart.Series(points: "left out", color: 6, shape: .cross, values.map { $0.counts ? nil : $0.value }),
            ]
        ).with(levels: levels)
    }

    // MARK: Table

    private var runs: HTML {
        func cell(_ value: Double?) -> HTML { .text(value.map(Format.measure) ?? "–") }
        func number(_ run: RepeatedRun) -> HTML {
            guard chapters.indices.contains(run.number - 1) else { return .text("\(run.number)") }
            return .element("a", [.init("href", "#\(chapters[run.number - 1].prefix)run")], "\(run.number)")
        }
        return table(
            "Each run" + (chapters.isEmpty ? "; 'sml loadtest report' makes a page of one" : ""),
            ["run", "verdict", "outcome", "success, %", "requests/s", "tokens/s", "p50, ms", "p95, ms", "p99, ms", "started"],
            all.runs.map { run in
                [
                    number(run), .text((run.verdict?.level.name ?? "–") + (run.isOverloaded ? ", OVERLOADED" : "")),
                    .text(run.outcome.rawValue), .text(run.successRate.map { Format.fixed(100 * $0, 2) } ?? "–"),
                    cell(run.requestsPerSecond), cell(run.tokensPerSecond),
                ] + ComparedQuantity.percentiles.map { cell(run.latency[$0]) } + [.foreign(run.started)]
            })
    }
}
