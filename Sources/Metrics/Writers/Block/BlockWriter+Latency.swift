// How long requests took and how many tokens they had: tables of all and by label. Successes stand first and apart, because
// a server that turns requests away at once is not a fast one.

extension BlockWriter {
    /// A table is never wider, so that it stays one on a terminal.
    static let width = 80

    var latencyTable: TextSection {
        func cells(_ name: String, _ trend: TrendValue?) -> [String]? {
            guard let trend, let count = trend.count else { return nil }
            return [name, Format.grouped(count)] + statistics(trend)
        }
        let metrics = result.metrics
        let overall = [
            cells("successes", metrics.trend(.successLatency)),
            cells("from schedule", metrics.trend(.successFromSchedule)),
        ]
        let labels = result.labels.map { cells("· " + plain($0.name), $0.metrics.trend(.successLatency)) }
        let failures = cells("failures", metrics.trend(.failureLatency))
        let rows = (overall + labels + [failures]).compactMap { $0 }
        var section = TextSection()
        guard !rows.isEmpty else {
            section.add(row("latency", "n/a, no request finished"), .headline)
            return section
        }
        let head = ["latency, ms", "count"] + TrendValue.statistics.map(\.name)
        let lines = Table.aligned([head] + rows, indentation: 2, width: Self.width)
        // With intervals they stand further up.
        let first: TextLine.Priority = result.certainty == nil ? .headline : .figure
        for (index, line) in lines.enumerated() { section.add(line, index < 2 || index == lines.count - 1 ? first : .figure) }
        return section
    }

    private func statistics(_ trend: TrendValue) -> [String] {
        TrendValue.statistics.map { Format.measure(trend[keyPath: $0.member] ?? 0) }
    }

    /// Of one request, by label.
    var tokenTable: TextSection {
        let hasCached = result.labels.contains { $0.metrics.number(.cachedTokens) != nil }
        let rows = result.labels.compactMap { label -> [String]? in
            guard let out = label.metrics.trend(.completionTokens)?.avg else { return nil }
            let speed = label.metrics.trend(.tokensPerSecond)
            let input = label.metrics.trend(.promptTokens)
            func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
            let requests = label.metrics.trend(.successLatency)?.count ?? 0
            let cached = label.metrics.number(.cachedTokens).flatMap { requests > 0 ? $0 / Double(requests) : nil }
            return ["· " + plain(label.name), cell(input?.avg)] + (hasCached ? [cell(cached)] : [])
                + [Format.measure(out), cell(speed?.avg), cell(speed?.med)]
        }
        var section = TextSection()
        guard !rows.isEmpty else { return section }
        let head = ["tokens", "prompt"] + (hasCached ? ["of it cached"] : []) + ["completion", "per s, avg", "per s, med"]
        section.add(Table.aligned([head] + rows, indentation: 2, width: Self.width), .detail)
        return section
    }

    /// Under k6's names and with its meaning, failures among them, for who compares with a run of k6.
    var k6Rows: TextSection {
        let rows = [
            ("http_req_duration", MetricName.service), ("{ expected_response:true }", .expectedDuration), ("e2e_latency_ms", .endToEnd),
        ].compactMap { name, metric in result.metrics.trend(metric).map { [name] + statistics($0) } }
        var section = TextSection()
        guard !rows.isEmpty else { return section }
        section.add(Table.aligned([["as k6, ms"] + TrendValue.statistics.map(\.name)] + rows, indentation: 2, width: Self.width), .detail)
        let exchanges = count(.httpRequests)
        section.add("  http_reqs: \(Format.grouped(exchanges)), \(Format.measure(result.rate(.httpRequests)))/s", .detail)
        return section
    }
}
