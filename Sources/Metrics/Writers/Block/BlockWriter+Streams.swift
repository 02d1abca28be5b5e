// Streams: when the first token came, how fast the others followed, and whether a chunk is a token. Nothing in a run without them.

extension BlockWriter {
    /// A row for each measure and, of the time to the first token, for each label.
    var streamTable: TextSection {
        var section = TextSection()
        let overall = [
            ("first token", MetricName.ttft), ("from schedule", .ttftFromSchedule), ("per token after", .timePerToken),
            ("between chunks", .interChunk),
        ].compactMap { cells($0, result.metrics.trend($1)) }
        guard !overall.isEmpty else { return section }
        let labels = result.labels.count > 1 ? result.labels.compactMap { cells("· " + plain($0.name), $0.metrics.trend(.ttft)) } : []
        let head = ["streams, ms", "count"] + TrendValue.statistics.map(\.name)
        for (index, line) in Table.aligned([head] + overall + labels, indentation: 2).enumerated() {
            section.add(line, index < 2 ? .headline : index <= overall.count ? .figure : .detail)
        }
        // Said only where the time between chunks is not that between tokens.
        if let perChunk = result.metrics.trend(.tokensPerChunk), let average = perChunk.avg, perChunk.max ?? 0 > 1 {
            let text = "\(Format.measure(average)) tokens each on average: the time between them is not that between tokens"
            section.add(row("chunks", text), .figure)
        }
        return section
    }

    func cells(_ name: String, _ trend: TrendValue?) -> [String]? {
        guard let trend, let count = trend.count else { return nil }
        return [name, Format.grouped(count)] + TrendValue.statistics.map { Format.measure(trend[keyPath: $0.member] ?? 0) }
    }
}
