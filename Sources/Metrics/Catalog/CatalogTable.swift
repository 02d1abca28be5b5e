// The catalogue as the table of docs/METRICS.md, so that the page cannot say anything else than the programs do.

extension Catalog {
    /// Rows of Markdown: names, kind, unit, meaning, labels of the series, when it is absent.
    package static var table: String {
        let head = [
            "| names | kind | unit | meaning and formula | labels of the series | null or absent when |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        return (head + all.map(\.row)).joined(separator: "\n")
    }

    /// Names of all series, `{stat}` standing for a statistic of `K6_PROMETHEUS_RW_TREND_STATS`.
    package static var seriesNames: Set<String> { Set(all.flatMap(\.seriesNames)) }
}

extension Metric {
    /// Where it stands in a summary, and its series.
    var names: [String] {
        let members =
            (k6.map { ["metrics.\($0)"] } ?? []) + (name.section == nil ? [] : ["sml.\(name)"])
            + (isShownByLabel ? ["sml.labels.*.\(name.key)"] : [])
        return members + seriesNames
    }

    var seriesNames: [String] {
        let k6s = k6Series.map { kind == .trend ? ["\($0)_{stat}"] : [$0] } ?? []
        guard let series else { return k6s }
        // A trend of ours is a Prometheus summary.
        return k6s + (kind == .trend ? ["", "_sum", "_count"].map { series.name + $0 } : [series.name])
    }

    fileprivate var row: String {
        let cells = [names.map { "`\($0)`" }.joined(separator: ", "), kind.rawValue, unit.rawValue, meaning, allLabels, absent]
        return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
    }

    private var allLabels: String {
        guard series != nil, kind == .trend else { return labels }
        return (labels.isEmpty ? "" : labels + "; ") + "`quantile` (not on sum and count)"
    }
}
