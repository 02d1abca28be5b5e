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

/// Writes the sections of one run, or of an arm of one.
struct RunChapter: Chapter {
    enum Part { case whole, arm }

    let run: RunReport
    let prefix: String
    var part = Part.whole

    var result: RunResult { run.result }

    /// After the headline.
    var sections: [Section] {
        switch part {
        case .whole where result.lanes.isEmpty:
            [load, latency, distribution, streams, errors, connections, generator, capacity, about].filter { !$0.isEmpty }
        // What both arms share; latencies of both together are no server's.
        case .whole: [load, generator, about].filter { !$0.isEmpty }
        case .arm: [load, latency, distribution, streams, errors, connections].filter { !$0.isEmpty }
        }
    }

    private var withoutTimeline: HTML {
        result.timeline == nil
            ? .element(
                "p", [.class("dim")],
                "This summary has no timeline: it was written before there was one, or nothing happened. With the records file there is one: sml loadtest report FILE.smlrec"
            ) : .nothing
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
        guard xs.count > most, !series.contains(where: \.form.isPoints) else { return self }
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
