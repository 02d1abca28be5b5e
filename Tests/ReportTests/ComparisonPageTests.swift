// Pages of two sides: what is drawn is what was compared, where it belongs.

import Base
import Generator
import Testing

@testable import Metrics
@testable import Report

struct ComparisonPageTests {
    private static let a = Pairs.run("old", factor: 1, seed: 2)
    private static let b = Pairs.run("new", factor: 1.05, seed: 3)
    private static let comparison = Comparison(a: [a], b: [b], design: .duet)
    private static let report = ComparisonReport(comparison, a: [a], b: [b])

    private func report() throws -> ComparisonReport { try #require(Self.report) }

    @Test func theShiftIsDrawnWhereItWasFound() throws {
        let chart = try #require(try report().shiftChart)
        #expect(chart.x.ticks.map(\.label) == ["p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p95", "p99"])
        let series = try #require(chart.series.first)
        #expect(series.form == .points(.dot) && series.values.count == 11)
        for (index, found) in Self.comparison.shift.enumerated() {
            let estimate = try #require(found.decisive)
            #expect(series.values[index] == estimate.ratio - 1)
            #expect(series.intervals[index] == estimate.low - 1...estimate.high - 1)
        }
        // Five per cent, and equality is on the chart.
        #expect(series.values.allSatisfy { abs(($0 ?? 0) - 0.05) < 0.02 })
        #expect(chart.y.low <= 0 && chart.y.high > 0.05 && chart.levels == [.init(low: 0, high: 0, label: "as A")])
        #expect(chart.y.ticks.map(\.label).contains("0 %") && chart.y.ticks.contains { $0.label.hasPrefix("+") })
    }

    @Test func everyFigureHasTheMarkOfWhatWasFound() throws {
        let chart = try #require(try report().figuresChart)
        let figures = Self.comparison.figures.filter { $0.decisive != nil || $0.ratioOfValues != nil }
        #expect(chart.x.ticks.map(\.label) == figures.map { $0.quantity.name(p: $0.p) })
        func marked(_ name: String) -> [Int] {
            let values = chart.series.first { $0.name == name }?.values ?? []
            return values.indices.filter { values[$0] != nil }
        }
        #expect(marked("B is worse") == figures.indices.filter { figures[$0].isTested && figures[$0].isDifferent && figures[$0].isWorse })
        #expect(marked("not tested") == figures.indices.filter { !figures[$0].isTested })
        // Told apart by shape as well as by colour.
        #expect(Set(chart.series.map { "\($0.form)" }).count == chart.series.count)
    }

    @Test func blocksLieWhereTheyWere() throws {
        let read = try #require(try report().comparison.figures.first { $0.name == "p95" })
        let chart = try #require(try report().partsChart(read))
        let parts = try #require(Self.comparison.figures.first { $0.quantity == .latency && $0.p == 0.95 }).parts
        #expect(chart.xs == parts.map { (($0.from ?? 0) + ($0.to ?? 0)) / 2 })
        #expect(chart.series.map(\.name) == ["counted"] && chart.series[0].values == parts.map { $0.ratio - 1 })
        #expect(chart.x.high == 300 && chart.levels.count == 2)
        let interval = try #require(read.decisive)
        #expect(chart.levels[1].low == (interval.low ?? 0) - 1 && chart.levels[1].high == (interval.high ?? 0) - 1)
    }

    /// Of points: an upright between the bounds with a stroke at either end, and a dot at the value, in thousandths.
    @Test func intervalsAreUprights() {
        let series = Chart.Series(points: "x", color: 1, shape: .ring, [0.5, nil, 1], intervals: [0.25...0.75, nil, nil])
        let chart = Chart(
            title: "", caption: "", x: .categories(["a", "b", "c", "d"]), y: .number(upTo: 1), xName: "", yName: "", xs: [0, 1, 2],
            series: [series])
        #expect(Marks(chart).path(series) == "M125 750V250M119 750h12M119 250h12M125 500h.1M625 0h.1")
        #expect(chart.xText(1.2) == "b")
    }

    @Test(arguments: [
        (0.0, 0.05, ["−1 %", "0 %", "+1 %", "+2 %", "+3 %", "+4 %", "+5 %", "+6 %"]),
        (-0.02, 0.021, ["−3 %", "−2 %", "−1 %", "0 %", "+1 %", "+2 %", "+3 %"]),
        (-0.5, -0.4, ["−60 %", "−50 %", "−40 %", "−30 %", "−20 %", "−10 %", "0 %", "+10 %"]),
    ])
    func changesHaveTheirSign(low: Double, high: Double, labels: [String]) {
        let axis = Axis.change(low, high)
        #expect(axis.ticks.map(\.label) == labels)
        #expect(axis.place(0) >= 0 && axis.low < low + 1e-12 && axis.high > high)
    }

    @Test func aSpanHoldsWhatItIsOf() {
        for (low, high) in [(412.0, 418.0), (5, 5), (0, 0), (-.infinity, .nan), (1e300, 1e308), (0.001, 12_000)] {
            let axis = Axis.span(low, high, unit: .milliseconds)
            #expect(axis.low < axis.high && (2...12).contains(axis.ticks.count), "\(low) \(high): \(axis.ticks.map(\.label))")
            if low.isFinite, abs(low) < 1e15, abs(high) < 1e15 { #expect(axis.low <= low && axis.high >= high) }
        }
    }

    /// Runs of other lengths and steps share columns, and nothing is lost.
    @Test func timeIsShared() throws {
        let long = Runs.report(Runs.good(seconds: 5_000), context: Runs.context(seconds: 5_000), seconds: 5_000)
        let short = Runs.report(Runs.good(seconds: 100), context: Runs.context(seconds: 100), seconds: 100)
        #expect(long.result.timeline?.width == 2 && short.result.timeline?.width == 1)
        for most in [7, 240] {
            let time = try #require(CommonTime([long, short], most: most))
            #expect(time.ends.count <= most && time.seconds == 5_000)
            #expect(time.columns([long]).reduce(0) { $0 + $1.asked } == 100_000)
            let ofShort = time.columns([short])
            #expect(ofShort.reduce(0) { $0 + $1.latency.total } == 2_000)
            for (index, column) in ofShort.enumerated() { #expect((column.asked > 0) == ((index == 0 ? 0 : time.ends[index - 1]) < 100)) }
            // Two runs of a side: the mean of both.
            let (one, two) = (time.rate([short]) { $0.asked }, time.rate([short, short]) { $0.asked })
            #expect(zip(one, two).allSatisfy { abs($0 - $1) < 1e-9 })
        }
        #expect(CommonTime([RunReport(RunResult(), name: "x")], most: 7) == nil)
    }

    @Test func thePageSaysAndShowsTheComparison() throws {
        let page = Pages.text(ReportContents([], comparison: try report()))
        _ = try Pages.tags(page)
        #expect(page.contains("B is WORSE") && page.contains("Holm") && page.contains("What it does not say"))
        for sentence in Self.comparison.figures.compactMap(\.sentence) { #expect(page.contains(sentence), "\(sentence)") }
        for id in ["figures", "shift", "cumulative", "p50", "p95", "ttft", "parts-1", "labels", "sides", "limits"] {
            #expect(page.contains("id=\"c-\(id)\""), "\(id)")
        }
        try Pages.checkLinks(page)
        #expect(page.utf8.count < 500_000, "\(page.utf8.count)")
    }

    @Test func twoRunsOnAPageAreComparedAndShown() throws {
        let contents = ReportContents([RunReport(Self.a.result, name: "a"), RunReport(Self.b.result, name: "b")], comparison: try report())
        let page = Pages.text(contents)
        _ = try Pages.tags(page)
        try Pages.checkLinks(page)
        #expect(page.contains("id=\"c-shift\"") && page.contains("id=\"r1-heat\"") && page.contains("id=\"r2-heat\""))
        #expect(page.utf8.count < 1_000_000, "\(page.utf8.count)")
    }

    @Test func whatIsNoPairIsSaid() throws {
        var other = Self.b
        other.result.run?.model = "<b>other</b>"
        let page = Pages.text(
            ReportContents([], comparison: ComparisonReport(Comparison(a: [Self.a], b: [other]), a: [Self.a], b: [other])))
        #expect(page.contains("NOT COMPARABLE") && page.contains("model differs (A org/model, B &lt;b&gt;other&lt;/b&gt;)"))
        #expect(page.contains("id=\"c-cumulative\"") && !page.contains("id=\"c-shift\""))
        _ = try Pages.tags(page)
    }

    @Test func aRunOfTwoArmsBeginsWithItsComparison() throws {
        // As many columns as a chart may have.
        let result = Pairs.arms(shift: 0.05, seconds: Columns.usual)
        // As a page is made after a run: from the summary.
        let read = try Summary(jsonData: Summary(result).jsonData(), path: "x").result
        let page = Pages.text(ReportContents([RunReport(read, name: "x")]))
        _ = try Pages.tags(page)
        try Pages.checkLinks(page)
        #expect(page.contains("B is WORSE") && page.contains("id=\"c-shift\"") && page.contains("id=\"c-parts-1\""))
        #expect(page.contains("id=\"arm1-latency\"") && page.contains("id=\"arm2-cumulative\"") && page.contains("id=\"lateness\""))
        // Latencies of both arms together are nobody's.
        #expect(!page.contains("id=\"heat\"") && !page.contains("id=\"cumulative\""))
        #expect(page.utf8.count < 1_000_000, "\(page.utf8.count)")
    }

    /// Short runs of two arms, and two runs that are no pair, with `text` wherever a stranger can put it.
    private static func strange(_ text: String) throws -> String {
        let texts = TextTable()
        let words = texts.index(of: text)
        let failures = (0..<4).map { index in
            var failed = Runs.request(at: Double(index), took: 5, label: 1, status: 503)
            failed.arm = 2
            failed.errorText = words
            failed.words = words
            return failed
        }
        let context = Runs.context(scenario: text, runLabel: text, model: text, labels: [text, text + "2"], seconds: 30)
        let arms = Pairs.arms(shift: 0.05, seconds: 30, context: context, texts: texts, extra: failures)
        let read = try Summary(jsonData: Summary(arms).jsonData(), path: "x").result
        var a = ComparedRun(name: text, result: read.lanes[0].result), b = ComparedRun(name: text + "2", result: read.lanes[1].result)
        a.result.run?.model = text + "3"
        b.result.run?.url = text
        let pair = ComparisonReport(Comparison(a: [a], b: [b]), a: [a], b: [b])
        return Pages.text(ReportContents([RunReport(read, name: "x")], comparison: pair))
    }

    private static let harmless = Result { try Pages.tags(strange("x")).map { $0.prefix { $0 != " " } } }

    @Test(arguments: Pages.hostile) func textOfStrangersIsText(hostile: String) throws {
        let page = try Self.strange(hostile)
        let tags = try Pages.tags(page)
        #expect(tags.map { $0.prefix { $0 != " " } } == (try Self.harmless.get()))
        #expect(!tags.contains { $0.contains(" on") && !$0.hasPrefix("meta") && $0.contains("=alert") })
        #expect(page.components(separatedBy: "<script nonce=").count == 2)
        #expect(page.unicodeScalars.allSatisfy { $0.isPrintable || $0 == "\n" })
    }

    /// Documents of others: what is out of its range is left out or bounded, and nothing traps.
    @Test(arguments: [
        #"{"verdict": "b_worse", "figures": {"latency_p95": {"a": 1e308, "b": -1, "tested": true, "different": true, "measured": {"ratio": 1e300, "low": 5, "high": 1}, "parts": [{"ratio": 1e308, "from": 1e308, "to": -1}, {"ratio": 1e-300, "from": 0, "to": 1}]}, "latency_p50": {"measured": {"ratio": 1, "low": -1e308, "high": 1e308}}}, "shift": [{"p": 7, "ratio": 1e308}, {"p": -1, "ratio": 1e-308, "low": 3, "high": 2}, {"p": 0.5, "ratio": 1}]}"#,
        #"{"verdict": "none", "figures": 3, "shift": {"p": 1}, "notes": "x", "labels": {"x": 7}, "answer_lengths": []}"#,
    ])
    func anyDocumentMakesAPage(text: String) throws {
        var result = Pairs.arms(shift: 0.05, seconds: 30)
        result.comparison = ArmComparison(document: try JSON.parse(text))
        _ = try Pages.tags(Pages.text(ReportContents([RunReport(result, name: "x")])))
    }
}
