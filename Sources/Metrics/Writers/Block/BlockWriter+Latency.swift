// How long requests took and how many tokens they had: a table of each, of all and by label.

extension BlockWriter {
    var latencyTable: TextSection {
        func cells(_ name: String, _ trend: TrendValue?) -> [String]? {
            guard let trend, let count = trend.count else { return nil }
            return [name, Format.grouped(count)] + TrendValue.statistics.map { Format.measure(trend[keyPath: $0.member] ?? 0) }
        }
        let overall = [("end to end", MetricName.endToEnd), ("service", .service), ("from schedule", .fromSchedule)]
            .map { cells($0, result.metrics.trend($1)) }
        let labels = result.labels.map { cells("· " + plain($0.name), $0.metrics.trend(.endToEnd)) }
        let rows = (overall + labels).compactMap { $0 }
        var section = TextSection()
        guard !rows.isEmpty else {
            section.add(row("latency", "n/a, no request finished"), .headline)
            return section
        }
        let lines = Table.aligned([["latency, ms", "count"] + TrendValue.statistics.map(\.name)] + rows, indentation: 2)
        for (index, line) in lines.enumerated() { section.add(line, index < 2 ? .headline : .figure) }
        return section
    }

    var tokenTable: TextSection {
        let rows = result.labels.compactMap { label -> [String]? in
            guard let out = label.metrics.trend(.completionTokens)?.avg else { return nil }
            let speed = label.metrics.trend(.tokensPerSecond)
            func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
            return [
                "· " + plain(label.name), cell(label.metrics.trend(.promptTokens)?.avg), Format.measure(out), cell(speed?.avg),
                cell(speed?.med),
            ]
        }
        var section = TextSection()
        guard !rows.isEmpty else { return section }
        let head = ["tokens", "prompt", "completion", "per s, avg", "per s, med"]
        section.add(Table.aligned([head] + rows, indentation: 2), .detail)
        return section
    }
}
