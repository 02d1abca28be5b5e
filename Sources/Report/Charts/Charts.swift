// The charts of a run over time. Each is made for a number of columns: many for the drawing, few for its table.

import Metrics
import Statistics

/// A chart and its table.
struct DrawnChart {
    let chart: Chart
    let coarse: Chart
}

extension RunReport {
    static let tableRows = 20

    func drawn(_ make: (Columns) -> Chart?) -> DrawnChart? {
        guard let fine = columns(mostColumns), let few = columns(Self.tableRows), let chart = make(fine), let coarse = make(few)
        else { return nil }
        return DrawnChart(chart: chart, coarse: coarse)
    }

    /// A chart over the run's time; its ordinate reaches to what it shows.
    private func overTime(
        _ title: String, _ caption: String, _ columns: Columns, unit: Axis.Unit = .number, yName: String, y: Axis? = nil,
        _ series: [Chart.Series]
    ) -> Chart? {
        let shown = series.filter { !$0.isEmpty }
        guard !shown.isEmpty else { return nil }
        let most = shown.flatMap { $0.values + $0.upper }.compactMap { $0 }.max() ?? 0
        return Chart(
            title: title, caption: caption, x: .time(columns.seconds), y: y ?? .number(upTo: most * 1.04, unit: unit),
            xName: "time since start", yName: yName, xs: columns.middles, series: shown, spans: spans, marks: marks)
    }

    /// A line through the means, and the ends of each column where it has more than one step.
    private func lines(_ name: String, _ color: Int, _ values: [ColumnValue?], form: Chart.Series.Form = .line) -> [Chart.Series] {
        let line = Chart.Series(name, color: color, form: form, values.map { $0?.mean })
        guard values.contains(where: { $0.map { $0.most > $0.least } ?? false }) else { return [line] }
        return [line, Chart.Series(name, color: color, form: .band, values.map { $0?.least }, upper: values.map { $0?.most })]
    }

    private func onlyIfAny(_ values: [ColumnValue], _ series: () -> [Chart.Series]) -> [Chart.Series] {
        values.contains { $0.most > 0 } ? series() : []
    }

    func loadChart(_ columns: Columns) -> Chart? {
        let (asked, dropped, failed) = (columns.rate(\.asked), columns.rate(\.dropped), columns.rate(\.failed))
        var series = onlyIfAny(asked) { lines("asked", 6, asked, form: .dashed) }
        series += lines("started", 1, columns.rate(\.started)) + lines("ended", 3, columns.rate(\.finished))
        series += onlyIfAny(failed) { lines("failed", 5, failed) } + onlyIfAny(dropped) { lines("dropped", 2, dropped) }
        return overTime(
            "Requests per second",
            "What the plan asked for, what was sent and what came back. Where started leaves asked, the run was not the one that was planned.",
            columns, yName: "requests/s", series)
    }

    func inFlightChart(_ columns: Columns) -> Chart? {
        let mean = columns.value { $0.generator.meanInFlight }
        let users = columns.value { $0.generator.samples > 0 ? Double($0.generator.virtualUsers) : nil }
        return overTime(
            "In flight", "Requests sent and not yet answered, and virtual users. A queue that grows all the time is an overloaded server.",
            columns, yName: "requests, users", lines("in flight", 1, mean) + lines("virtual users", 6, users, form: .dashed))
    }

    /// Percentiles of latency; from the requests themselves where they are here.
    func latencyBands(_ columns: Columns) -> [Band?] { observations.map { columns.bands($0) } ?? columns.bands(\.latency) }

    private func percentiles(_ title: String, _ caption: String, _ columns: Columns, _ bands: [Band?]) -> Chart? {
        let found = bands.compactMap { $0 }
        guard let least = found.map(\.least).min(), let most = found.map(\.most).max() else { return nil }
        return overTime(
            title, caption, columns, unit: .milliseconds, yName: "log scale", y: .logarithmic(max(1e-3, least), max(1e-3, most)),
            [
                Chart.Series("least to most", color: 6, form: .band, bands.map { $0?.least }, upper: bands.map { $0?.most }),
                Chart.Series("p50", color: 1, bands.map { $0?.p50 }), Chart.Series("p95", color: 2, bands.map { $0?.p95 }),
                Chart.Series("p99", color: 5, form: .dashed, bands.map { $0?.p99 }),
            ])
    }

    func latencyChart(_ columns: Columns) -> Chart? {
        percentiles(
            "Latency over time",
            "Succeeded requests by when they were due; "
                + (observations == nil ? "percentiles right to 3 %, least and most exact." : "exact, from the records."),
            columns, latencyBands(columns))
    }

    func firstTokenChart(_ columns: Columns) -> Chart? {
        percentiles(
            "Time to the first token", "Of streamed answers, by when their requests were due.", columns, columns.bands(\.firstToken))
    }

    func perTokenChart(_ columns: Columns) -> Chart? {
        percentiles(
            "Time per output token", "After the first one, the mean of each answer.", columns, columns.bands(\.timePerToken))
    }

    func tokensChart(_ columns: Columns) -> Chart? {
        let tokens = columns.rate(\.outputTokens)
        return overTime(
            "Output tokens per second", "Counted when the answer they belong to ended.", columns, yName: "tokens/s",
            onlyIfAny(tokens) { lines("output tokens/s", 4, tokens) })
    }

    func heatChart(_ columns: Columns) -> Chart? {
        guard let wide = self.columns(min(120, mostColumns)) else { return nil }
        let steps = (0..<wide.count).map { wide.merged($0).latency }
        let all = steps.reduce(into: DurationCounts()) { $0.merge($1) }
        guard let least = all.shortest, let most = all.longest, !all.isEmpty else { return nil }
        // Two cells a row: an eighth of a factor of two.
        let group = 2
        let (first, last) = (all.first / group, (all.first + all.counts.count - 1) / group)
        let rows = (first...last).map { row in
            let low = row * group == 0 ? 1e-4 : DurationCounts.lowerBound(of: row * group)
            return low...max(low, DurationCounts.lowerBound(of: (row + 1) * group))
        }
        let counts = steps.map { step in
            var row = [UInt64](repeating: 0, count: rows.count)
            for (index, count) in step.counts.enumerated() { row[(step.first + index) / group - first] += UInt64(count) }
            return row
        }
        let map = HeatMap(columns: wide.ends.indices.map { wide.start($0)...wide.ends[$0] }, rows: rows, counts: counts)
        return Chart(
            title: "Latency heat map",
            caption:
                "How many requests took how long, by when they were due. Two bands are two kinds of requests, or a cache that was hit and missed.",
            x: .time(wide.seconds), y: .logarithmic(max(1e-3, least), max(1e-3, most)), xName: "time since start", yName: "log scale",
            xs: [], series: [], marks: marks, heat: map)
    }

    func errorChart(_ columns: Columns) -> Chart? {
        let kinds = result.errors.prefix(Timeline.keptFailures).enumerated().map { kind, error in
            let rate = columns.rate { kind < $0.failures.count ? UInt64($0.failures[kind]) : 0 }
            return Chart.Series(Self.name(of: error), color: kind + 1, form: .line, rate.map { $0.most > 0 ? $0.mean : 0 })
        }
        guard !kinds.isEmpty else { return nil }
        return overTime(
            "Failures by kind over time", "Failed requests that ended in each interval, the eight most frequent kinds.", columns,
            yName: "failures/s", Array(kinds))
    }

    /// `HTTP 503`, `no answer: connection refused`.
    static func name(of error: ErrorResult) -> String {
        let what = error.status == 0 ? "no answer" : "HTTP \(error.status)"
        return ([what] + [error.text, error.content].compactMap { $0 }.filter { !$0.isEmpty }).joined(separator: ": ")
    }

    func connectionChart(_ columns: Columns) -> Chart? {
        let opened = columns.rate(\.connectionsOpened)
        return overTime(
            "Connections opened", "New connections cost a handshake each; after the first second there should be few.", columns,
            yName: "connections/s", onlyIfAny(opened) { lines("opened", 3, opened) })
    }

    func latenessChart(_ columns: Columns) -> Chart? {
        let mean = columns.value { $0.started > 0 ? Double($0.lateness) / Double($0.started) / 1_000 : nil }
        let most = columns.value { $0.started > 0 ? Double($0.mostLateness) / 1_000 : nil }
        let loop = columns.value { $0.generator.samples > 0 ? Double($0.generator.loopDelay) / 1_000 : nil }
        let values = (mean + most + loop).compactMap { $0?.most }
        guard let top = values.max(), top > 0 else { return nil }
        return overTime(
            "Lateness of the generator",
            "How long after their due time requests were started, and how long the event loop stood still. Compare with the latencies above.",
            columns, unit: .milliseconds, yName: "log scale", y: .logarithmic(max(0.001, values.filter { $0 > 0 }.min() ?? 0.001), top),
            [
                Chart.Series("start, mean", color: 1, mean.map { $0?.mean }), Chart.Series("start, most", color: 2, most.map { $0?.most }),
                Chart.Series("loop delay, most", color: 4, form: .dashed, loop.map { $0?.most }),
            ])
    }

    func processorChart(_ columns: Columns) -> Chart? {
        let width = Double(columns.timeline.width)
        func share(_ member: KeyPath<GeneratorStep, UInt64>) -> [ColumnValue?] {
            columns.value { $0.generator.samples > 0 ? Double($0.generator[keyPath: member]) / 1e6 / width : nil }
        }
        func other(_ name: String, _ color: Int, _ member: KeyPath<GeneratorStep, UInt64>) -> [Chart.Series] {
            let values = share(member)
            return values.contains { ($0?.most ?? 0) > 0 } ? lines(name, color, values) : []
        }
        return overTime(
            "Processor", "Cores that the generator used, and seconds a second that it waited for one or was not given it.", columns,
            yName: "cores; s/s",
            lines("CPU used", 1, share(\.cpu)) + other("waited for a core", 2, \.runQueueWait) + other("throttled", 5, \.throttled)
                + other("stolen", 4, \.stolen))
    }
}
