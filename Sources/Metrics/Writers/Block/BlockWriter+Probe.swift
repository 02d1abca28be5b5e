// A probe: what it saw of the server while the load was on it. Nothing of it is in any other section.

extension BlockWriter {
    /// Its requests, and a row for each measure of streams.
    var probeTable: TextSection {
        var section = TextSection()
        for probe in result.probes {
            let metrics = probe.metrics
            let (finished, failed, dropped) = (metrics.count(.finished), metrics.count(.failed), metrics.count(.dropped))
            var text = "\(Format.grouped(finished)) requests beside the load, \(Format.grouped(failed)) failed"
            if dropped > 0 { text += ", \(Format.grouped(dropped)) arrivals dropped" }
            section.add(row("probe", failed + dropped > 0 ? style.bad(text) : text), .headline)
            let rows = [("first token", MetricName.ttft), ("per token after", .timePerToken)].compactMap {
                cells($0, metrics.trend($1))
            }
            guard !rows.isEmpty else { continue }
            let head = ["probe, ms", "count"] + TrendValue.statistics.map(\.name)
            for line in Table.aligned([head] + rows, indentation: 2) { section.add(line, .figure) }
        }
        return section
    }
}
