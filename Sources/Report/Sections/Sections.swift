// The parts of a run's chapter, in the order in which somebody asks: can I trust it, what came out, when, and why.

import Base
import Metrics
import Statistics

/// One part of the page. Empty parts are left out.
struct Section {
    let id: String
    let title: String
    let content: [HTML]

    var html: HTML {
        guard !isEmpty else { return .nothing }
        return .element(
            "section", [.init("id", id), .init("aria-labelledby", "\(id)-heading")],
            [.element("h2", [.init("id", "\(id)-heading")], title)] + content)
    }

    var isEmpty: Bool { content.allSatisfy { $0 == .nothing } }
}

/// Writes the sections of one run.
struct RunChapter {
    let run: RunReport
    /// Before every id, since several runs may share a page.
    let prefix: String

    var result: RunResult { run.result }

    /// After the headline.
    var sections: [Section] {
        [arms, load, latency, distribution, streams, errors, connections, generator, capacity, about].filter { !$0.isEmpty }
    }

    private func section(_ id: String, _ title: String, _ content: [HTML]) -> Section {
        Section(id: prefix + id, title: title, content: content)
    }

    func figure(_ id: String, _ drawn: DrawnChart?) -> HTML {
        guard let drawn else { return .nothing }
        return ChartFigure(chart: drawn.chart, coarse: drawn.coarse, id: prefix + id, group: prefix + "time").html
    }

    func figure(_ id: String, _ chart: Chart?) -> HTML {
        guard let chart else { return .nothing }
        return ChartFigure(chart: chart, coarse: chart.thinned(RunReport.tableRows), id: prefix + id, group: prefix + id).html
    }

    private var withoutTimeline: HTML {
        result.timeline == nil
            ? .element(
                "p", [.class("dim")],
                "This summary has no timeline: it was written before there was one, or nothing happened. With the records file there is one: sml loadtest report FILE.smlrec"
            ) : .nothing
    }

    private var arms: Section {
        section(
            "arms", "Arms", [armTable, figure("arms-latency", run.armLatencyChart), figure("arms-cumulative", run.armDistributionChart)])
    }

    private var load: Section {
        section(
            "load", "Load over time",
            [withoutTimeline, figure("requests", run.drawn(run.loadChart)), figure("inflight", run.drawn(run.inFlightChart))])
    }

    private var latency: Section {
        section(
            "latency", "Latency over time",
            [figure("latency-percentiles", run.drawn(run.latencyChart)), figure("heat", run.drawn(run.heatChart))])
    }

    private var distribution: Section {
        section(
            "distribution", "Distribution of latency",
            [figure("cumulative", run.distributionChart), figure("labels", run.labelChart), latencyTable])
    }

    private var streams: Section {
        section(
            "tokens", "Tokens",
            [
                figure("ttft", run.drawn(run.firstTokenChart)), figure("tpot", run.drawn(run.perTokenChart)),
                figure("output", run.drawn(run.tokensChart)), streamTable,
            ])
    }

    private var errors: Section {
        guard !result.errors.isEmpty else { return section("errors", "Failures", []) }
        return section("errors", "Failures", [figure("failures", run.drawn(run.errorChart)), errorTable])
    }

    private var connections: Section {
        section("connections", "Connections and phases", [phases, figure("opened", run.drawn(run.connectionChart)), connectionTable])
    }

    private var generator: Section {
        section(
            "generator", "Health of the generator",
            [figure("lateness", run.drawn(run.latenessChart)), figure("processor", run.drawn(run.processorChart)), taskTable])
    }

    private var capacity: Section {
        section("capacity", "Capacity", run.capacityCharts.enumerated().map { figure("capacity-\($0 + 1)", $1) })
    }

    private var about: Section { section("about", "Everything about the run", facts) }
}

extension Chart {
    /// With few of its points, for a table; of a cumulative curve each is exact, so that leaving points out hides nothing.
    func thinned(_ most: Int) -> Chart {
        guard xs.count > most else { return self }
        let kept = (0..<most).map { $0 * (xs.count - 1) / (most - 1) }
        var few = self
        few.xs = kept.map { xs[$0] }
        few.series = series.map { series in
            var few = series
            few.values = kept.map { $0 < series.values.count ? series.values[$0] : nil }
            return few
        }
        return few
    }
}
