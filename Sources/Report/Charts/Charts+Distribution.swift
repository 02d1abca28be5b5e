// Charts whose abscissa is no time: distributions, and latency against load.

import Metrics
import Statistics

extension RunReport {
    /// Cumulative shares of `parts` at the ends of the cells.
    static func cumulative(
        _ parts: [(name: String, counts: DurationCounts, form: Chart.Series.Form)], title: String, caption: String
    )
        -> Chart?
    {
        let parts = parts.filter { !$0.counts.isEmpty }
        let all = parts.reduce(into: DurationCounts()) { $0.merge($1.counts) }
        guard let least = all.shortest, let most = all.longest else { return nil }
        let edges = (all.first...all.first + all.counts.count).map {
            min(max($0 == 0 ? least : DurationCounts.lowerBound(of: $0), least), most)
        }
        let y = Axis.nines(of: parts.map(\.counts.total).max() ?? 1)
        let series = parts.enumerated().map { index, part in
            var passed: UInt64 = 0
            let total = Double(part.counts.total)
            let values = edges.indices.map { edge -> Double? in
                let cell = all.first + edge - 1 - part.counts.first
                if cell >= 0, cell < part.counts.counts.count { passed += UInt64(part.counts.counts[cell]) }
                return min(Double(passed) / total, y.high)
            }
            return Chart.Series(part.name, color: index % 8 + 1, form: part.form, values)
        }
        return Chart(
            title: title, caption: caption, x: .logarithmic(max(1e-3, least), max(1e-3, most)), y: y, xName: "latency, log scale",
            yName: "of requests took no longer", xs: edges, series: series)
    }

    var distributionChart: Chart? {
        guard let found = result.distributions else { return nil }
        var parts: [(name: String, counts: DurationCounts, form: Chart.Series.Form)] = [("end to end", found.latency, .line)]
        if !found.fromSchedule.isEmpty { parts.append(("from schedule", found.fromSchedule, .dashed)) }
        let window = result.certainty?.headline
        let isWhole = result.certainty?.steady == nil
        var chart = Self.cumulative(
            parts, title: "Distribution of latency",
            caption: "Share of succeeded requests that took no longer; the scale widens towards the tail. "
                + (found.fromSchedule.isEmpty
                    ? ""
                    : "From schedule is what a caller waited who asked when the plan says: the gap is what the generator or its limits added. ")
                + "Bars: 95 % intervals of \(isWhole ? "the run" : "the steady part").")
        chart?.whiskers = (window?.latency ?? []).compactMap { percentile in
            guard let low = percentile.figure.low, let high = percentile.figure.high else { return nil }
            return Chart.Whisker(low: low, value: percentile.figure.value, high: high, y: percentile.p, label: percentile.text)
        }
        return chart
    }

    var labelChart: Chart? {
        guard let labels = result.distributions?.labels, labels.count > 1 else { return nil }
        let shown = labels.sorted { ($1.latency.total, $0.name) < ($0.latency.total, $1.name) }.prefix(8)
        return Self.cumulative(
            shown.map { ($0.name, $0.latency, .line) }, title: "Distribution by prompt label",
            caption: labels.count > shown.count
                ? "The eight most frequent of \(labels.count) labels." : "Share of succeeded requests that took no longer.")
    }

    /// Steps with like load, whatever their time.
    private struct LoadBin {
        var load = 0.0
        var seconds = 0.0
        var tokens: UInt64 = 0
        var latency = DurationCounts()
    }

    /// Latency and tokens against load; nil unless the plan had stages.
    var capacityCharts: [Chart] {
        guard let timeline = result.timeline, let stages = result.certainty?.stages,
            stages.contains(where: { !$0.isPlateau }) || stages.count > 1
        else { return [] }
        let isOpen = isOpenLoop
        func load(_ step: Timeline.Bucket) -> Double {
            isOpen ? Double(step.asked) / Double(timeline.width) : Double(step.generator.virtualUsers)
        }
        let end = Int((result.run?.plan.durationSeconds ?? seconds) / Double(timeline.width))
        let steps = timeline.buckets.prefix(max(1, end))
        let most = steps.map(load).max() ?? 0
        guard most > 0 else { return [] }
        let count = min(40, max(4, steps.count / 3))
        var bins = [LoadBin](repeating: LoadBin(), count: count)
        for step in steps {
            let value = load(step)
            guard value > 0 else { continue }
            let bin = min(count - 1, Int(value / most * Double(count)))
            bins[bin].load += value * Double(timeline.width)
            bins[bin].seconds += Double(timeline.width)
            bins[bin].tokens += step.outputTokens
            bins[bin].latency.merge(step.latency)
        }
        bins.removeAll { $0.seconds == 0 }
        let xs = bins.map { $0.load / $0.seconds }
        let what = isOpen ? "requests asked for per second" : "virtual users"
        let found = bins.map { $0.latency.percentiles(Band.shares) }
        func percentile(_ index: Int) -> [Double?] { found.map { $0.isEmpty ? nil : $0[index] } }
        guard let low = found.compactMap(\.first).min(), let high = found.compactMap(\.last).max() else { return [] }
        var charts = [
            Chart(
                title: "Latency against load",
                caption: "The capacity curve: where it bends upwards the server has no more to give. Warm-up and change of load are in it.",
                x: .number(upTo: most, ticks: 6), y: .logarithmic(max(1e-3, low), max(1e-3, high)), xName: what, yName: "log scale", xs: xs,
                series: [
                    Chart.Series("p50", color: 1, percentile(0)), Chart.Series("p95", color: 2, percentile(1)),
                    Chart.Series("p99", color: 5, form: .dashed, percentile(2)),
                ])
        ]
        if bins.contains(where: { $0.tokens > 0 }) {
            let rates = bins.map { Double($0.tokens) / $0.seconds }
            charts.append(
                Chart(
                    title: "Output tokens against load", caption: "What the server delivers; a curve that goes level is its limit.",
                    x: .number(upTo: most, ticks: 6), y: .number(upTo: rates.max() ?? 1), xName: what, yName: "tokens/s", xs: xs,
                    series: [Chart.Series("output tokens/s", color: 4, rates.map { $0 })]))
        }
        return charts
    }
}
