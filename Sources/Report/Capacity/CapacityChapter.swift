// The chapter of a search for a server's capacity: the answer, what it rests on, the curve, and every probe.

import Base
import Metrics
import Statistics

struct CapacityChapter: Chapter {
    let report: CapacityReport
    let prefix: String

    private var result: CapacityResult { report.result }

    var html: [HTML] {
        let sections = [objectives, curve, probes, about].filter { !$0.isEmpty }
        return [header, navigation(sections), verdict, cards, help] + sections.map(\.html)
    }

    private var header: HTML {
        .element(
            "p", [.class("dim")],
            [
                .foreign(
                    [result.scenario, result.executor, result.model, result.started].filter { !$0.isEmpty }.joined(separator: " · "),
                    most: 600)
            ])
    }

    // MARK: Answer

    private var verdict: HTML {
        let (tone, words) = answer
        var lines = result.objectives.map {
            HTML.joined([.text("Objective: "), .foreign($0.text), .text($0.isImplied ? " (implied)" : "")])
        }
        if let refused = result.lowestRefused {
            lines.append(
                .joined([
                    .text("Lowest load refused: \(result.load.text(refused))"),
                    result.limitedBy.map { .joined([.text(", by "), .foreign($0)]) } ?? .nothing,
                ]))
        }
        if let reason = result.reason { lines.append(.foreign(reason)) }
        if result.state.isConfirmed {
            lines.append(
                .text(
                    "Confirmed on data of its own: the chance that a load that misses an objective is confirmed is at most "
                        + "\(Figures.percent(1 - result.confidence)) %, over all looks and tries. Other days, nodes and prompts are not covered."
                ))
        }
        return .element(
            "div", [.class("verdict \(tone)")], [.element("strong", [], words), .element("ul", [], lines.map { .element("li", [], [$0]) })])
    }

    private var answer: (tone: String, words: String) {
        let confirmed = result.confirmed.map { result.load.text($0) } ?? "Nothing"
        return switch result.state {
        case .confirmed: ("good", "\(confirmed) confirmed")
        case .confirmedAtMaximum: ("good", "\(confirmed) confirmed, the highest load allowed: the capacity is this or more")
        case .noneConfirmed: ("bad", "No load could be confirmed")
        case .generatorLimited: ("warn", "The generator was the limit, not the server")
        case .outOfTime: ("warn", "The time allowed was over before a load was confirmed")
        case .searching: ("warn", "The search was not ended")
        case .stopped: ("warn", "The search was stopped")
        case .failed: ("bad", "The search failed")
        }
    }

    private var cards: HTML {
        var cards: [(String, HTML)] = []
        func add(_ name: String, _ text: String, _ note: String? = nil) {
            cards.append((name, .joined([.element("b", [], text), note.map { .element("small", [], $0) } ?? .nothing])))
        }
        if let confirmed = result.confirmed { add("confirmed", result.load.text(confirmed)) }
        if let refused = result.lowestRefused { add("lowest refused", result.load.text(refused)) }
        if let probe = result.confirmation {
            for percentile in probe.latency {
                let parts = percentile.shortText(unit: " ms").split(separator: " (", maxSplits: 1).map(String.init)
                add("\(percentile.name) at that load", parts[0], parts.count == 2 ? String(parts[1].dropLast()) : nil)
            }
            if let tokens = probe.outputTokensPerSecond {
                let server = [(result.server?.replicas, "replica"), (result.server?.gpus, "GPU")].compactMap { count, name in
                    count.flatMap { $0 > 1 ? "\(Format.measure(tokens.value / Double($0))) per \(name)" : nil }
                }
                add("output tokens/s", Format.measure(tokens.value), server.isEmpty ? nil : server.joined(separator: ", "))
            }
            add("in flight", Format.measure(probe.inFlight.mean), "mean; \(Format.grouped(probe.inFlight.most)) at most")
        }
        add("probes", "\(result.probes.count)", Format.duration(seconds: result.minutes * 60))
        return .element("ul", [.class("cards")], cards.map { .element("li", [], [.element("span", [], $0.0), $0.1]) })
    }

    // MARK: Charts

    private var objectives: Section {
        section(
            "objectives", "Objectives against load",
            result.objectives.enumerated().map { figure("objective-\($0 + 1)", report.chart(of: $1)) } + [
                figure("search", report.searchChart)
            ])
    }

    private var curve: Section {
        section(
            "curve", "Capacity curve",
            [
                figure("latency", report.latencyChart),
                sideBySide([figure("output", report.tokensChart), figure("inflight", report.inFlightChart)]),
            ])
    }

    // MARK: Tables

    private func measured(_ value: Double?, _ unit: String = "") -> HTML { .text(value.map { Format.measure($0) + unit } ?? "–") }

    private var probes: Section { section("probes", "Every probe", [probeTable, lookTable]) }

    private var probeTable: HTML {
        table(
            "In the order in which they were run; the summary of each lies beside the document",
            [
                "probe", result.load == .rate ? "asked/s" : "users", "for", "decision", "achieved/s", "p50, ms", "p95, ms", "p99, ms",
                "tokens/s", "in flight",
                "requests", "window, s", "cached, %", "generator", "summary", "why",
            ],
            result.probes.map { probe in
                let latency = [0.5, 0.95, 0.99].map { p in measured(probe.latency.first { $0.p == p }?.figure.value) }
                return [
                    .text("\(probe.number)"), measured(probe.asked), .text(probe.phase == .search ? "search" : "confirmation"),
                    .text(CapacityReport.word(probe.decision)), measured(probe.achieved),
                ] + latency + [
                    measured(probe.outputTokensPerSecond?.value), measured(probe.inFlight.mean), .text(Format.grouped(probe.requests)),
                    .text("\(Figures.clock(probe.from))–\(Figures.clock(probe.to))"), measured(probe.cachedShare.map { $0 * 100 }),
                    .text(probe.generator?.name ?? "–"), .foreign(probe.summary, most: 200), .foreign(probe.reason ?? "–", most: 400),
                ]
            })
    }

    /// What bounds decided: the looks of the confirmations.
    private var lookTable: HTML {
        let rows = result.probes.filter { $0.phase == .confirm }.flatMap { probe in
            probe.looks.flatMap { look in
                look.objectives.map { finding -> [HTML] in
                    [
                        .text("\(probe.number)"), measured(look.seconds, " s"), .foreign("\(finding.selector): \(finding.condition)"),
                        measured(finding.figure?.value), finding.bound.map { measured($0) } ?? .foreign(finding.missing ?? "–"),
                        .text(finding.isMet ? "met" : "not met"),
                    ]
                }
            }
        }
        return table(
            "Looks of the confirmations: a bound on the side of the limit decides",
            ["probe", "after", "objective", "value", "bound", "found"], rows)
    }

    private var about: Section {
        var facts: [(String, HTML)] = []
        func add(_ name: String, _ text: String) { if !text.isEmpty { facts.append((name, .foreign(text))) } }
        add("scenario", result.scenario)
        add("executor", result.executor)
        add("model", result.model)
        add("run label", result.runLabel)
        add("started", result.started)
        add("took", Format.duration(seconds: result.minutes * 60))
        add("prompt seed", "\(result.promptSeed)")
        add("confidence", "\(Figures.percent(result.confidence)) %")
        add("replicas", result.server?.replicas.map { "\($0)" } ?? "")
        add("GPUs", result.server?.gpus.map { "\($0)" } ?? "")
        return section(
            "about", "Everything about the search",
            [.element("dl", [.class("facts")], facts.flatMap { [.element("dt", [], $0.0), .element("dd", [], [$0.1])] })])
    }
}
