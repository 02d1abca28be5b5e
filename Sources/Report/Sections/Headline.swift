// What a reader must not miss: whether the figures are the server's, how the run ended, and the figures with their intervals.

import Metrics
import Statistics

extension RunChapter {
    var headline: HTML { .joined([verdict, cards]) }

    /// Whether the generator was on time, and how the run ended.
    var verdict: HTML {
        let certainty = result.certainty
        let found = certainty?.verdict?.run
        let tone =
            switch found?.level {
            case .valid: certainty?.overload == nil && result.outcome?.kind == .completed ? "good" : "warn"
            case .suspect: "warn"
            case .invalid: "bad"
            case nil: ""
            }
        let meaning =
            switch found?.level {
            case .valid: "the generator was on time: these are the server's figures."
            case .suspect: "the tail may be off by some per cent."
            case .invalid: "these figures are not the server's."
            case nil: "the run was too short to judge the generator by, or says nothing about it."
            }
        var lines = (found?.reasons ?? []).map { HTML.element("li", [], $0.text) }
        if let cause = certainty?.verdict?.cause { lines.append(.element("li", [], cause.text)) }
        for percentile in certainty?.verdict?.percentiles ?? [] where percentile.verdict.level > (found?.level ?? .valid) {
            lines.append(.element("li", [], "\(Figures.percentile(percentile.p)): \(percentile.verdict.text)"))
        }
        if let overload = certainty?.overload { lines.append(.element("li", [], [.element("b", [], overload.text)])) }
        if let outcome = result.outcome, outcome.kind != .completed {
            lines.append(
                .element(
                    "li", [],
                    [
                        .element("b", [], "The run was \(outcome.kind.rawValue)"), .text(outcome.reason == nil ? "" : ": "),
                        .foreign(outcome.reason ?? ""),
                    ]))
        }
        if !result.lostTasks.isEmpty {
            lines.append(.element("li", [], "Lost tasks: \(result.lostTasks.map(String.init).joined(separator: ", "))"))
        }
        if let lost = result.outcome?.lostRecords, lost > 0 {
            lines.append(.element("li", [], "\(Format.grouped(lost)) records were lost: counts are too low"))
        }
        return .element(
            "div", [.class("verdict \(tone)")],
            [
                .element("strong", [], found?.level.name ?? "No verdict"), .text(": " + meaning),
                lines.isEmpty ? .nothing : .element("ul", [], lines),
            ])
    }

    private var cards: HTML {
        var cards: [(String, HTML)] = []
        /// What is in brackets behind a figure stands below it.
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            let parts = text.split(separator: " (", maxSplits: 1).map(String.init)
            let interval = parts.count == 2 ? HTML.element("small", [], String(parts[1].dropLast())) : .nothing
            cards.append((name, .joined([.element("b", [], parts[0]), interval])))
        }
        let window = result.certainty?.headline
        for percentile in window?.latency ?? [] { add("\(percentile.name) latency", percentile.shortText(unit: " ms")) }
        if window == nil, let latency = result.metrics.trend(.endToEnd) {
            for (name, value) in [("p50", latency.med), ("p95", latency.p95), ("p99", latency.p99)] {
                add("\(name) latency", value.map { Format.measure($0) + " ms" })
            }
        }
        add("requests/s succeeded", window?.requestsPerSecond.text())
        if (window?.tokensPerSecond.value ?? 0) > 0 { add("output tokens/s", window?.tokensPerSecond.text()) }
        add("success", window?.successRate?.inPerCent.text(unit: " %"))
        for (name, trend) in [("TTFT p50", MetricName.ttft), ("time per token p50", .timePerToken)] {
            add(name, result.metrics.trend(trend)?.med.map { Format.measure($0) + " ms" })
        }
        add("requests started", Format.grouped(result.metrics.count(.started)))
        for (name, metric) in [("failed", MetricName.failed), ("dropped", .dropped), ("interrupted", .interrupted)] {
            let count = result.metrics.count(metric)
            if count > 0 { cards.append((name, .element("b", [.class("text-bad")], Format.grouped(count)))) }
        }
        add("duration", Format.duration(seconds: result.seconds))
        let about = result.certainty?.steady.map { steady in
            "Latency and rates are of the steady part, \(Figures.clock(steady.figures.from))–\(Figures.clock(steady.figures.to)); below them 95 % intervals for this run, changes between runs not covered."
        }
        return .joined([
            .element(
                "ul", [.class("cards")],
                cards.map { .element("li", [], [.element("span", [], $0.0), $0.1]) }),
            about.map { .element("p", [.class("dim")], $0) } ?? .nothing,
        ])
    }
}
