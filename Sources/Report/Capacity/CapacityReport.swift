// Charts of a search for a server's capacity: each objective against the load, with the bracket that is left, and the way there.
// What was decided of a probe is told by its shape, which a legend names.

import Base
import Metrics
import Statistics

struct CapacityReport: Sendable {
    let result: CapacityResult

    /// What came of a probe, in a word.
    static func word(_ decision: CapacityProbe.Decision) -> String {
        switch decision {
        case .met: "met"
        case .missed: "refused"
        case .overloaded: "refused: the queue grew"
        case .void: "counts for nothing"
        }
    }

    private static let marks: [(decision: CapacityProbe.Decision, color: Int, shape: Chart.Series.Shape)] = [
        (.met, 3, .dot), (.missed, 5, .triangle), (.overloaded, 2, .diamond), (.void, 6, .cross),
    ]

    private var loadName: String { result.load == .rate ? "requests asked for per second" : "users" }

    // MARK: Objectives

    /// A probe's value of one objective.
    private struct Point {
        var load, value: Double
        var interval: ClosedRange<Double>?
        var decision: CapacityProbe.Decision
        var isConfirmation: Bool
    }

    private static func interval(_ low: Double?, _ high: Double?) -> ClosedRange<Double>? {
        guard let low, let high, low <= high else { return nil }
        return low...high
    }

    private func points(of objective: CapacityObjective) -> [Point] {
        result.probes.compactMap { probe in
            guard
                let finding = probe.objectives.first(where: {
                    $0.selector == objective.selector && $0.condition == objective.condition
                }), let figure = finding.figure, figure.value.isFinite
            else { return nil }
            return Point(
                load: probe.asked, value: figure.value, interval: Self.interval(figure.low, figure.high), decision: probe.decision,
                isConfirmation: probe.phase == .confirm)
        }.sorted { ($0.load, $0.value) < ($1.load, $1.value) }
    }

    /// Each objective's values against the load.
    func chart(of objective: CapacityObjective) -> Chart? {
        let points = points(of: objective)
        guard !points.isEmpty else { return nil }
        let (unit, scale) = Self.axis(objective)
        let ends =
            points.flatMap { [$0.value] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? []) } + [objective.limit].compactMap { $0 }
        let series = Self.marks.flatMap { mark in
            [false, true].map { isConfirmation in
                let own = points.map { $0.decision == mark.decision && $0.isConfirmation == isConfirmation }
                return Chart.Series(
                    points: Self.word(mark.decision) + (isConfirmation ? ", on data of its own" : ""),
                    color: isConfirmation ? 1 : mark.color,
                    shape: isConfirmation && mark.decision == .met ? .ring : mark.shape, zip(points, own).map { $1 ? $0.value : nil },
                    intervals: zip(points, own).map { $1 ? $0.interval : nil })
            }
        }
        return Chart(
            title: objective.text,
            caption:
                "The objective's value at each load that was tried, with 95 % intervals; the line is its limit. Blue: confirmations, which bounds decide.",
            x: loads,
            y: scale == .log
                ? .logarithmic(max(1e-3, ends.min() ?? 1), max(1e-3, ends.max() ?? 1))
                : .span(ends.min() ?? 0, ends.max() ?? 1, unit: unit),
            xName: loadName, yName: scale == .log ? "log scale" : "", xs: points.map(\.load), series: series, spans: bracket
        ).with(levels: objective.limit.map { [.init(low: $0, high: $0, label: "limit")] } ?? [])
    }

    private enum Scale { case log, linear }

    private static func axis(_ objective: CapacityObjective) -> (Axis.Unit, Scale) {
        switch objective.unit {
        case .milliseconds: (.milliseconds, .log)
        case .share: (.share, .linear)
        default: (.number, .linear)
        }
    }

    private var loads: Axis { .number(upTo: (result.probes.map(\.asked).max() ?? 1) * 1.05, ticks: 6) }

    /// Where the capacity lies, as far as it is known.
    private var bracket: [Chart.Span] {
        guard let confirmed = result.confirmed else { return [] }
        let end = result.lowestRefused ?? loads.high
        return [
            .init(from: 0, to: confirmed, label: "confirmed up to \(result.load.text(confirmed))", kind: .steady),
            .init(from: confirmed, to: max(confirmed, end), label: "", kind: .warmUp),
        ]
    }

    // MARK: Curve

    /// Percentiles of latency against the load, of what counts.
    var latencyChart: Chart? {
        let probes = counted
        let values = [0.5, 0.95, 0.99].map { p in probes.map { probe in probe.latency.first { $0.p == p }?.figure.value } }
        let found = values.flatMap { $0.compactMap { $0 } }.filter { $0 > 0 && $0.isFinite }
        guard probes.count > 1, let least = found.min(), let most = found.max() else { return nil }
        return Chart(
            title: "Latency against load",
            caption: "Steady parts of the probes that count. Where it bends upwards the server has no more to give.",
            x: loads, y: .logarithmic(least, most), xName: loadName, yName: "log scale", xs: probes.map(\.asked),
            series: [
                Chart.Series("p50", color: 1, values[0]), Chart.Series("p95", color: 2, values[1]),
                Chart.Series("p99", color: 5, form: .dashed, values[2]),
            ], spans: bracket)
    }

    /// What the server delivered, nil where nobody counted tokens.
    var tokensChart: Chart? {
        let probes = counted
        let values = probes.map { $0.outputTokensPerSecond?.value }
        guard probes.count > 1, let most = values.compactMap({ $0 }).max(), most > 0 else { return nil }
        return Chart(
            title: "Output tokens against load", caption: "A curve that goes level is the server's limit, whatever the latency.", x: loads,
            y: .number(upTo: most * 1.04), xName: loadName, yName: "tokens/s", xs: probes.map(\.asked),
            series: [Chart.Series("output tokens/s", color: 4, values)], spans: bracket)
    }

    var inFlightChart: Chart? {
        let probes = counted
        guard probes.count > 1, let most = probes.map(\.inFlight.mean).max(), most > 0 else { return nil }
        return Chart(
            title: "In flight against load", caption: "Requests sent and not yet answered, on average.", x: loads,
            y: .number(upTo: most * 1.04), xName: loadName, yName: "requests", xs: probes.map(\.asked),
            series: [Chart.Series("in flight, mean", color: 1, probes.map { $0.inFlight.mean })], spans: bracket)
    }

    private var counted: [CapacityProbe] {
        result.probes.filter { $0.decision != .void && $0.asked.isFinite }.sorted { ($0.asked, $0.number) < ($1.asked, $1.number) }
    }

    /// The way to the answer: what was tried one after the other.
    var searchChart: Chart? {
        let probes = result.probes
        guard probes.count > 1, let most = probes.map(\.asked).max(), most > 0 else { return nil }
        return Chart(
            title: "The search, probe by probe",
            caption: "The load of each probe in the order in which they were run. Blue: confirmations.",
            x: .categories(probes.map { "\($0.number)" }), y: .number(upTo: most * 1.04), xName: "probe", yName: loadName,
            xs: probes.indices.map(Double.init),
            series: Self.marks.flatMap { mark in
                [CapacityProbe.Phase.search, .confirm].map { phase in
                    Chart.Series(
                        points: Self.word(mark.decision) + (phase == .confirm ? ", on data of its own" : ""),
                        color: phase == .confirm ? 1 : mark.color,
                        shape: phase == .confirm && mark.decision == .met ? .ring : mark.shape,
                        probes.map { $0.decision == mark.decision && $0.phase == phase ? $0.asked : nil })
                }
            }
        ).with(levels: bracketLevels)
    }

    /// What was confirmed and what was refused, with the capacity between them.
    private var bracketLevels: [Chart.Level] {
        switch (result.confirmed, result.lowestRefused) {
        case (let confirmed?, let refused?) where confirmed <= refused:
            [.init(low: confirmed, high: refused, label: "the capacity is here")]
        case (let confirmed?, _): [.init(low: confirmed, high: confirmed, label: "confirmed")]
        case (nil, let refused?): [.init(low: refused, high: refused, label: "lowest refused")]
        case (nil, nil): []
        }
    }
}
