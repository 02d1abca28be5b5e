// What two summaries tell without their records: values, and no blocks to make an interval of. The steady part where both have
// one; beside a document of k6 the whole run by k6's definitions, which is all that it has.

import Statistics

enum ValueFigures {
    static func all(_ a: ComparedRun, _ b: ComparedRun) -> [ComparisonFigure] {
        let source: Source =
            a.isOfK6 || b.isOfK6 ? .k6 : a.result.certainty?.steady != nil && b.result.certainty?.steady != nil ? .steady : .whole
        let timed = ComparedQuantity.timed.flatMap { quantity in
            ComparedQuantity.percentiles.compactMap { p -> ComparisonFigure? in
                let figure = ComparisonFigure(
                    quantity: quantity, p: p, a: value(quantity, p, a.result, source), b: value(quantity, p, b.result, source))
                return figure.a == nil || figure.b == nil ? nil : figure
            }
        }
        let counted = ComparedQuantity.counted.compactMap { quantity -> ComparisonFigure? in
            var figure = ComparisonFigure(quantity: quantity, a: value(quantity, a, source), b: value(quantity, b, source))
            guard let ofA = figure.a, let ofB = figure.b, ofA > 0 || ofB > 0 else { return nil }
            if quantity == .successRate, ofA == 1, ofB == 1 { figure.untested = .noFailure }
            if quantity != .successRate, a.hasSchedule, b.hasSchedule { figure.untested = .schedule }
            return figure
        }
        return timed + counted
    }

    private enum Source { case steady, whole, k6 }

    private static func value(_ quantity: ComparedQuantity, _ p: Double, _ result: RunResult, _ source: Source) -> Double? {
        if quantity == .latency, source == .steady, let steady = result.certainty?.steady {
            return steady.figures.latency.first { $0.p == p }?.figure.value
        }
        let name: MetricName? =
            switch quantity {
            case .latency: source == .k6 ? .endToEnd : .successLatency
            case .timeToFirstToken: .ttft
            case .timePerToken: .timePerToken
            case .throughput, .outputTokensPerSecond, .successRate: nil
            }
        guard let trend = name.flatMap({ result.metrics.trend($0) }) else { return nil }
        return p == 0.5 ? trend.med : p == 0.95 ? trend.p95 : trend.p99
    }

    private static func value(_ quantity: ComparedQuantity, _ run: ComparedRun, _ source: Source) -> Double? {
        let result = run.result
        let steady = source == .steady ? result.certainty?.steady?.figures : nil
        switch quantity {
        case .throughput:
            if source == .k6 { return run.k6Rate ?? (run.isOfK6 ? nil : result.rate(.httpRequests)) }
            return steady?.requestsPerSecond.value ?? result.metrics.number(.succeededPerSecond)
        case .outputTokensPerSecond: return steady?.tokensPerSecond.value ?? result.metrics.number(.outputPerSecond)
        case .successRate: return steady?.successRate?.value ?? result.successShare
        case .latency, .timeToFirstToken, .timePerToken: return nil
        }
    }
}
