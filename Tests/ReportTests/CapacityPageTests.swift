// The page of a search for a capacity: every probe where it was, by the shape of what was decided, and the bracket that is left.

import Base
import Foundation
import Scenarios
import Statistics
import TestSupport
import Testing

@testable import Metrics
@testable import Report

struct CapacityPageTests {
    static let objective = CapacityObjective(selector: "e2e_latency_ms", condition: "p(95)<2000")
    static let success = CapacityObjective(selector: "success_rate", condition: "rate>=0.99", isImplied: true)

    static func probe(
        _ number: Int, _ phase: CapacityProbe.Phase, _ asked: Double, p95: Double, _ decision: CapacityProbe.Decision, bound: Double? = nil
    ) -> CapacityProbe {
        let isMet = decision == .met
        let findings = [
            CapacityFinding(
                selector: objective.selector, condition: objective.condition, figure: Figure(value: p95, low: p95 * 0.95, high: p95 * 1.05),
                bound: bound, isMet: isMet),
            CapacityFinding(selector: success.selector, condition: success.condition, figure: Figure(value: 1), isMet: true),
        ]
        var probe = CapacityProbe(
            number: number, phase: phase, asked: asked, summary: "probe-\(number)/summary.json", seconds: 100, from: 25, to: 98,
            requests: Int(asked.isFinite ? min(asked * 73, 1e9) : 0), achieved: asked,
            inFlight: InFlight(mean: asked * p95 / 3_000, most: 40),
            latency: [0.5, 0.95, 0.99].map {
                PercentileFigure(p: $0, figure: Figure(value: p95 * $0, low: p95 * $0 * 0.9, high: p95 * $0 * 1.1))
            },
            outputTokensPerSecond: Figure(value: 128 * min(asked, 21), low: nil, high: nil), objectives: findings, decision: decision,
            cachedShare: 0.25, generator: decision == .void ? .suspect : .valid)
        if decision == .overloaded {
            probe.reason = "requests in flight grew from 20 to 160"
            probe.overload = .init(at: 41.25, first: 20, last: 160, leftAfter: 0.2)
        }
        if phase == .confirm { probe.looks = [.init(seconds: 300, objectives: findings, isMet: isMet)] }
        return probe
    }

    static var result: CapacityResult {
        CapacityResult(
            scenario: "open_loop", executor: "poisson-arrival-rate", model: "org/m", server: ServerSize(replicas: 2, gpus: 8),
            runLabel: "open_loop_x", started: "2026-01-01T00:00:00.000Z", load: .rate, objectives: [objective, success], confidence: 0.95,
            promptSeed: 7, state: .confirmed, confirmed: 18, lowestRefused: 20, limitedBy: objective.text, minutes: 21.5,
            probes: [
                probe(1, .search, 10, p95: 900, .met), probe(2, .search, 20, p95: 2_400, .missed),
                probe(3, .search, 40, p95: 9_000, .overloaded),
                probe(4, .search, 18.5, p95: 1_700, .void), probe(5, .search, 18.5, p95: 1_750, .met),
                probe(6, .confirm, 19, p95: 1_980, .missed, bound: 2_050), probe(7, .confirm, 18, p95: 1_800, .met, bound: 1_950),
            ])
    }

    private func report() -> CapacityReport { CapacityReport(result: Self.result) }

    @Test func everyProbeIsWhereItWasWithItsShape() throws {
        let chart = try #require(report().chart(of: Self.objective))
        #expect(chart.xs == [10, 18, 18.5, 18.5, 19, 20, 40])
        func values(_ name: String) -> [Double?] { chart.series.first { $0.name == name }?.values ?? [] }
        #expect(values("met") == [900, nil, nil, 1_750, nil, nil, nil])
        #expect(values("refused") == [nil, nil, nil, nil, nil, 2_400, nil])
        #expect(values("refused: the queue grew") == [nil, nil, nil, nil, nil, nil, 9_000])
        #expect(values("counts for nothing") == [nil, nil, 1_700, nil, nil, nil, nil])
        #expect(values("met, on data of its own") == [nil, 1_800, nil, nil, nil, nil, nil])
        #expect(values("refused, on data of its own") == [nil, nil, nil, nil, 1_980, nil, nil])
        // No two kinds look alike in grey but a refused probe and a refused confirmation.
        #expect(Set(chart.series.map { "\($0.form)" }).count == chart.series.count - 1)
        #expect(chart.levels == [.init(low: 2_000, high: 2_000, label: "limit")])
        #expect(chart.y.unit == .milliseconds && chart.y.scale == .logarithmic && chart.y.low <= 855 && chart.y.high >= 9_450)
        // Confirmed, and what is left open.
        #expect(chart.spans.map(\.from) == [0, 18] && chart.spans.map(\.to) == [18, 20])
        let shares = try #require(report().chart(of: Self.success))
        #expect(shares.y.unit == .share && shares.levels.first?.low == 0.99)
    }

    @Test func theCurveIsOfWhatCounts() throws {
        let chart = try #require(report().latencyChart)
        #expect(chart.xs == [10, 18, 18.5, 19, 20, 40])
        #expect(chart.series.map(\.name) == ["p50", "p95", "p99"] && chart.series[1].values[0] == 855)
        #expect(try #require(report().tokensChart).series[0].values.last == 128 * 21)
        let search = try #require(report().searchChart)
        #expect(search.x.ticks.map(\.label) == ["1", "2", "3", "4", "5", "6", "7"])
        #expect(search.levels.map(\.low) == [18] && search.levels.map(\.high) == [20])
    }

    @Test func thePageSaysWhatWasFound() throws {
        let page = Pages.text(ReportContents(Self.result))
        _ = try Pages.tags(page)
        try Pages.checkLinks(page)
        for words in [
            "18/s confirmed", "Lowest load refused: 20/s", "at most 5.0 %", "e2e_latency_ms: p(95)&lt;2000", "288 per GPU", "1,950",
            "requests in flight grew from 20 to 160", "probe-7/summary.json",
        ] { #expect(page.contains(words), "\(words)") }
        for id in ["objective-1", "objective-2", "search", "latency", "output", "inflight", "probes", "about"] {
            #expect(page.contains("id=\"search-\(id)\""), "\(id)")
        }
        #expect(page.utf8.count < 200_000)
    }

    @Test(arguments: CapacityResult.State.allCases) func everyEndIsSaid(state: CapacityResult.State) throws {
        var result = Self.result
        result.state = state
        if !state.isConfirmed { (result.confirmed, result.lowestRefused, result.probes) = (nil, nil, []) }
        let page = Pages.text(ReportContents(result))
        _ = try Pages.tags(page)
        #expect(page.contains(" confirmed") == state.isConfirmed || !state.isConfirmed)
        result.confirmed = .infinity
        result.probes = [Self.probe(1, .search, .nan, p95: .infinity, .met), Self.probe(2, .search, 1e308, p95: -1, .missed)]
        _ = try Pages.tags(Pages.text(ReportContents(result)))
    }

    @Test(arguments: Pages.hostile) func textOfStrangersIsText(hostile: String) throws {
        func page(_ text: String) -> String {
            var result = Self.result
            (result.scenario, result.model, result.runLabel, result.started) = (text, text, text, text)
            (result.reason, result.limitedBy, result.executor) = (text, text, text)
            result.objectives.append(CapacityObjective(selector: text, condition: text))
            result.probes[0].reason = text
            result.probes[0].summary = text
            result.probes[0].objectives.append(
                CapacityFinding(selector: text, condition: text, figure: Figure(value: 1), isMet: false, missing: text))
            return Pages.text(ReportContents(result))
        }
        let found = page(hostile)
        let tags = try Pages.tags(found)
        #expect(tags.map { $0.prefix { $0 != " " } } == (try Pages.tags(page("x"))).map { $0.prefix { $0 != " " } })
        #expect(found.components(separatedBy: "<script nonce=").count == 2)
        #expect(found.unicodeScalars.allSatisfy { $0.isPrintable || $0 == "\n" })
    }

    @Test func aDirectoryOfASearchIsItsPage() throws {
        let directory = try ScratchDirectory()
        try Self.result.write(to: directory.file(CapacityFile.result))
        let root = String(directory.file("x").dropLast(2))
        for path in [root, directory.file(CapacityFile.result)] {
            #expect(try ReportFile.contents([(path, path)]).capacity == Self.result)
        }
        #expect(ReportFile.place(for: [directory.file(CapacityFile.result)]) == directory.file("report.html"))
        try Data(#"{"capacity": {"state": "?"}}"#.utf8).write(to: URL(filePath: directory.file(CapacityFile.result)))
        #expect(throws: ReportError.self) { try ReportFile.contents([(root, root)]) }
    }
}
