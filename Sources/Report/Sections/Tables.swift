// Tables of a run: what a chart cannot say to the digit.

import Base
import Metrics
import Statistics

extension RunChapter {
    private func row(_ name: HTML, _ trend: TrendValue?) -> [HTML]? {
        guard let trend, let count = trend.count, count > 0 else { return nil }
        return [name, .text(Format.grouped(count))]
            + TrendValue.statistics.map { .text(trend[keyPath: $0.member].map(Format.measure) ?? "–") }
    }

    private var statisticsHead: [String] { ["count"] + TrendValue.statistics.map { $0.name == "med" ? "p50" : $0.name } }
    /// A corpus may have thousands of labels.
    private static let mostLabels = 100

    var latencyTable: HTML {
        let metrics = result.metrics
        var rows = [
            row(.text("end to end, succeeded"), metrics.trend(.successLatency)),
            row(.text("from schedule, succeeded"), metrics.trend(.successFromSchedule)),
            row(.text("end to end, failed"), metrics.trend(.failureLatency)),
        ].compactMap { $0 }
        rows += result.labels.prefix(Self.mostLabels).compactMap { row(.foreign($0.name, most: 200), $0.metrics.trend(.successLatency)) }
        let left = result.labels.count - Self.mostLabels
        return table(
            "Latency of the whole run, ms" + (left > 0 ? "; \(left) more labels are in the summary" : ""), ["requests"] + statisticsHead,
            rows)
    }

    var armTable: HTML {
        table(
            "Arms of the run, side by side", ["arm"] + Self.sideBySide,
            result.lanes.map { [.foreign($0.name)] + Self.sideBySide($0.result) })
    }

    static let sideBySide = ["verdict", "p50", "p95", "p99", "requests/s", "success"]

    static func sideBySide(_ result: RunResult) -> [HTML] {
        let window = result.certainty?.headline
        // A row has to fit on paper.
        func latency(_ p: Double) -> HTML {
            .text(window?.latency.first { $0.p == p }?.shortText(unit: " ms").replacing("few independent events: ", with: "events ") ?? "–")
        }
        return [
            .text(result.certainty?.verdict?.run.level.name ?? "–"), latency(0.5), latency(0.95), latency(0.99),
            .text(window?.requestsPerSecond.text() ?? "–"), .text(window?.successRate?.inPerCent.text(unit: " %") ?? "–"),
        ]
    }

    var streamTable: HTML {
        let metrics = result.metrics
        let names: [(String, MetricName)] = [
            ("time to first token, ms", .ttft), ("time per output token, ms", .timePerToken), ("between chunks, ms", .interChunk),
            ("prompt tokens", .promptTokens), ("completion tokens", .completionTokens), ("tokens/s of one request", .tokensPerSecond),
        ]
        let rows = names.compactMap { name, metric in row(.text(name), counted(metrics.trend(metric))) }
        return table("Tokens of one request", ["of succeeded requests"] + statisticsHead, rows)
    }

    /// k6's trends have no count of their own.
    private func counted(_ trend: TrendValue?) -> TrendValue? {
        guard var trend else { return nil }
        if trend.count == nil { trend.count = result.metrics.trend(.successLatency)?.count }
        return trend
    }

    var errorTable: HTML {
        let rows = result.errors.prefix(30).map { error -> [HTML] in
            let said = error.first.words.map { HTML.foreign(ServerMessage.essence(of: $0), most: 600) } ?? .text("–")
            return [
                .foreign(RunReport.name(of: error), most: 300), .text(Format.grouped(error.count)),
                .text("\(Format.measure(error.first.atSeconds)) s"), .foreign(error.first.label ?? "–", most: 100), said,
                .foreign(error.hint),
            ]
        }
        return table(
            "Kinds of failure, the most frequent first", ["kind", "requests", "first at", "label", "the server's words", "where to look"],
            rows)
    }

    private static let phaseMetrics: [(name: String, metric: MetricName, color: Int)] = [
        ("connect and TLS", "http_req_blocked", 6), ("sending", "http_req_sending", 3),
        ("waiting for the first byte", "http_req_waiting", 1),
        ("receiving", "http_req_receiving", 2),
    ]

    /// Where the mean request's time went.
    var phases: HTML {
        let means = Self.phaseMetrics.map { result.metrics.trend($0.metric)?.avg ?? 0 }
        let total = means.reduce(0, +)
        guard total > 0 else { return .nothing }
        let bars = zip(Self.phaseMetrics, means).filter { $1 > 0 }.map { phase, mean in
            HTML.element("span", [.class("c\(phase.color)"), .init("style", "flex:\(Marks.number(mean / total * 1_000)) 0 0")], [HTML]())
        }
        let keys = zip(Self.phaseMetrics, means).map { phase, mean in
            HTML.element(
                "li", [.class("key c\(phase.color) band")],
                [
                    .element("span", [.class("swatch")], [HTML]()),
                    .text("\(phase.name) \(Axis.label(ChartFigure.rounded(mean), .milliseconds))"),
                ])
        }
        let rows = Self.phaseMetrics.compactMap { phase -> [HTML]? in
            guard var trend = result.metrics.trend(phase.metric) else { return nil }
            trend.count = trend.count ?? Int(clamping: result.metrics.count(.httpRequests))
            return row(.text(phase.name), trend)
        }
        return .joined([
            .element(
                "figure", [.class("chart")],
                [
                    .element(
                        "figcaption", [],
                        [.element("h3", [], "Phases of a request"), .element("p", [], "Means over all exchanges, failed ones included.")]),
                    .element("ul", [.class("legend")], keys), .element("div", [.class("bars"), .init("aria-hidden", "true")], bars),
                ]),
            table("Phases, ms", ["phase"] + statisticsHead, rows),
        ])
    }

    var connectionTable: HTML {
        table(
            "Connections opened", ["to", "protocol", "TLS", "cipher", "connections"],
            result.connections.prefix(20).map { kind in
                [
                    .foreign(kind.address), .foreign(kind.httpVersion ?? "–"), .foreign(kind.tlsVersion ?? "–"),
                    .foreign(kind.cipher ?? "–"),
                    .text(Format.grouped(kind.count)),
                ]
            })
    }

    var taskTable: HTML {
        table(
            "Tasks", ["task", "state", "host", "workers", "started", "ended", "start lateness p99, ms"],
            result.tasks.map { task in
                [
                    .text("\(task.index)"), .foreign(task.state), .foreign(task.host), .text("\(task.workers)"),
                    .text(Format.grouped(task.started)), .text(Format.grouped(task.finished)),
                    .text(task.startLateness?.p99.map(Format.measure) ?? "–"),
                ]
            })
    }
}
