// Charts of two sides: where in the distribution they differ, by how much, and when. A is the solid line and B the dashed one, so
// that a page printed in grey can be read too.

import Metrics
import Statistics

extension ComparisonReport {
    /// B over A as a change; beyond a million either way a picture says no more.
    static func change(_ ratio: Double) -> Double { min(max(ratio, 1e-6), 1e6) - 1 }

    private static func interval(_ low: Double?, _ high: Double?) -> ClosedRange<Double>? {
        guard let low, let high, low <= high else { return nil }
        return change(low)...change(high)
    }

    /// An axis on which all of it is, 0 too.
    private static func axis(_ values: [Double], _ intervals: [ClosedRange<Double>?]) -> Axis {
        let all = values + intervals.compactMap { $0 }.flatMap { [$0.lowerBound, $0.upperBound] }
        return .change(all.min() ?? 0, all.max() ?? 0)
    }

    private static let equality = Chart.Level(low: 0, high: 0, label: "as A")

    // MARK: How much

    /// What a figure's point looks like.
    private enum Finding: CaseIterable {
        case worse, better, none, untested

        init(_ figure: ReadComparison.Figure) {
            self = !figure.isTested ? .untested : !figure.isDifferent ? .none : figure.isWorse == true ? .worse : .better
        }

        var series: (name: String, color: Int, shape: Chart.Series.Shape) {
            switch self {
            case .worse: ("B is worse", 5, .triangle)
            case .better: ("B is better", 3, .diamond)
            case .none: ("no difference found", 1, .ring)
            case .untested: ("not tested", 6, .cross)
            }
        }
    }

    /// Every figure that has a ratio.
    var figuresChart: Chart? {
        let figures = comparison.figures.filter { $0.decisive != nil }
        guard figures.count > 1 else { return nil }
        let values = figures.map { $0.decisive.map { Self.change($0.ratio) } ?? 0 }
        let intervals = figures.map { Self.interval($0.decisive?.low, $0.decisive?.high) }
        return Chart(
            title: "Difference of each figure",
            caption: "How much more B has than A, with 95 % intervals. More is worse for latencies, and better for rates.",
            x: .categories(figures.map(\.name)), y: Self.axis(values, intervals), xName: "", yName: "B against A",
            xs: figures.indices.map(Double.init),
            series: Finding.allCases.map { finding in
                let isOne = figures.map { Finding($0) == finding }
                return Chart.Series(
                    points: finding.series.name, color: finding.series.color, shape: finding.series.shape,
                    zip(values, isOne).map { $1 ? $0 : nil }, intervals: zip(intervals, isOne).map { $1 ? $0 : nil })
            }
        ).with(levels: [Self.equality])
    }

    /// The latency quantile by quantile.
    var shiftChart: Chart? {
        let points = comparison.shift
        guard points.count > 2 else { return nil }
        let values = points.map { Self.change($0.ratio) }
        let intervals = points.map { Self.interval($0.low, $0.high) }
        let isAdjusted = comparison.figures.contains { $0.quantity == .latency && $0.atEqualLengths != nil }
        return Chart(
            title: "Latency, quantile by quantile",
            caption: "Level: B takes that share more of every request. Rising to the right: B's tail is longer. Each 95 % interval is for "
                + "itself; the verdict is on p50, p95 and p99." + (isAdjusted ? " At equal lengths of answers." : ""),
            x: .categories(points.map { Figures.percentile($0.p) }), y: Self.axis(values, intervals), xName: "of the latencies",
            yName: "B against A", xs: points.indices.map(Double.init),
            series: [Chart.Series(points: "B against A", color: 2, shape: .dot, values.map { $0 }, intervals: intervals)]
        ).with(levels: [Self.equality])
    }

    var distributionChart: Chart? {
        let parts = sides.enumerated().map { index, side in
            let counts = side.runs.compactMap(\.result.distributions).reduce(into: DurationCounts()) { $0.merge($1.latency) }
            return (
                name: Self.name(side.letter, side.runs), counts: counts,
                form: index == 0 ? Chart.Series.Form.line : .dashed
            )
        }
        guard parts.allSatisfy({ !$0.counts.isEmpty }) else { return nil }
        return RunReport.cumulative(
            parts, title: "Distribution of both",
            caption:
                "Share of succeeded requests of the whole run that took no longer; the scale widens towards the tail. The curve further right is the slower one."
        )
    }

    // MARK: When

    func drawn(_ make: (CommonTime) -> Chart?) -> DrawnChart? {
        guard let fine = CommonTime(a + b, most: CommonTime.usual), let few = CommonTime(a + b, most: RunReport.tableRows),
            let chart = make(fine), let coarse = make(few)
        else { return nil }
        return DrawnChart(chart: chart, coarse: coarse)
    }

    private func both(_ values: ([RunReport]) -> [Double?]) -> [Chart.Series] {
        sides.enumerated().map { index, side in
            Chart.Series(Self.name(side.letter, side.runs), color: index + 1, form: index == 0 ? .line : .dashed, values(side.runs))
        }
    }

    /// One percentile of both over time; one chart each, since four lines of two sides are a tangle.
    func percentileChart(_ what: String, _ p: Double, _ time: CommonTime, _ durations: (Timeline.Bucket) -> DurationCounts) -> Chart? {
        let series = both { side in time.columns(side).map { durations($0).percentiles([p]).first } }
        let found = series.flatMap { $0.values.compactMap { $0 } }
        guard let least = found.min(), let most = found.max() else { return nil }
        return Chart(
            title: "\(what), \(Figures.percentile(p)) over time",
            caption: "By when requests were due, since each run's start; right to 3 %.", x: .time(time.seconds),
            y: .logarithmic(max(1e-3, least), max(1e-3, most)), xName: "time since start", yName: "log scale", xs: time.middles,
            series: series)
    }

    /// Nil where there is none of it.
    func rateChart(
        _ title: String, _ caption: String, _ name: String, _ time: CommonTime, _ count: (Timeline.Bucket) -> UInt64
    ) -> Chart? {
        let series = both { time.rate($0, count) }
        guard let most = series.flatMap({ $0.values.compactMap { $0 } }).max(), most > 0 else { return nil }
        return Chart(
            title: title, caption: caption, x: .time(time.seconds), y: .number(upTo: most * 1.04), xName: "time since start", yName: name,
            xs: time.middles, series: series)
    }

    /// What a figure's interval is made of: blocks over the time of the run, or one pair of runs after the other.
    func partsChart(_ figure: ReadComparison.Figure) -> Chart? {
        let parts = figure.parts
        guard parts.count > 1, let decisive = figure.decisive else { return nil }
        let values = parts.map { Self.change($0.ratio) }
        let interval = Self.interval(decisive.low, decisive.high)
        let areBlocks = parts.allSatisfy { $0.from != nil && $0.to != nil }
        let end = max(parts.compactMap(\.to).max() ?? 0, CommonTime(a + b, most: CommonTime.usual)?.seconds ?? 0)
        let isLate = parts.map(\.isLate)
        return Chart(
            title: "\(figure.name): \(areBlocks ? "each block" : "each pair of runs")",
            caption: areBlocks
                ? "How much more B has than A in each part of the run; shaded, the 95 % interval of their mean. A slope is a drift."
                : "How much more B has than A in each pair; shaded, the 95 % interval between pairs.",
            x: areBlocks ? .time(end) : .categories(parts.indices.map { "\($0 + 1)" }), y: Self.axis(values, [interval]),
            xName: areBlocks ? "time since start" : "pair", yName: "B against A",
            xs: parts.enumerated().map { areBlocks ? (($1.from ?? 0) + ($1.to ?? 0)) / 2 : Double($0) },
            series: [
                Chart.Series(points: "counted", color: 1, shape: .dot, zip(values, isLate).map { $1 ? nil : $0 }),
                Chart.Series(points: "left out: generator late", color: 6, shape: .cross, zip(values, isLate).map { $1 ? $0 : nil }),
            ]
        ).with(
            levels: [Chart.Level(low: 0, high: 0, label: "")]
                + (interval.map { [.init(low: $0.lowerBound, high: $0.upperBound, label: "")] } ?? []))
    }
}

extension Chart {
    func with(levels: [Level]) -> Chart {
        var chart = self
        chart.levels = levels
        return chart
    }
}
