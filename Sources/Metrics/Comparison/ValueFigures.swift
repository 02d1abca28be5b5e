// What two summaries tell without their records: values, and no blocks to make an interval of. The steady part where both have
// one; of k6's documents the whole run, which is all they have.

import Statistics

enum ValueFigures {
    static func all(_ a: RunResult, _ b: RunResult) -> [ComparisonFigure] {
        let isSteady = a.certainty?.steady != nil && b.certainty?.steady != nil
        let timed = ComparedQuantity.timed.flatMap { quantity in
            ComparedQuantity.percentiles.compactMap { p -> ComparisonFigure? in
                let figure = ComparisonFigure(
                    quantity: quantity, p: p, a: value(quantity, p, a, isSteady), b: value(quantity, p, b, isSteady))
                return figure.a == nil || figure.b == nil ? nil : figure
            }
        }
        let counted = ComparedQuantity.counted.compactMap { quantity -> ComparisonFigure? in
            var figure = ComparisonFigure(quantity: quantity, a: value(quantity, a, isSteady), b: value(quantity, b, isSteady))
            guard let ofA = figure.a, let ofB = figure.b, ofA > 0 || ofB > 0 else { return nil }
            if quantity == .successRate, ofA == 1, ofB == 1 { figure.untested = .noFailure }
            if quantity != .successRate, a.run?.plannedArrivals != nil, b.run?.plannedArrivals != nil { figure.untested = .schedule }
            return figure
        }
        return timed + counted
    }

    private static func value(_ quantity: ComparedQuantity, _ p: Double, _ result: RunResult, _ isSteady: Bool) -> Double? {
        if quantity == .latency, isSteady, let steady = result.certainty?.steady {
            return steady.figures.latency.first { $0.p == p }?.figure.value
        }
        let name: MetricName? =
            switch quantity {
            case .latency: result.run == nil ? .endToEnd : .successLatency
            case .timeToFirstToken: .ttft
            case .timePerToken: .timePerToken
            default: nil
            }
        guard let trend = name.flatMap({ result.metrics.trend($0) }) else { return nil }
        return p == 0.5 ? trend.med : p == 0.95 ? trend.p95 : trend.p99
    }

    private static func value(_ quantity: ComparedQuantity, _ result: RunResult, _ isSteady: Bool) -> Double? {
        let steady = isSteady ? result.certainty?.steady?.figures : nil
        switch quantity {
        case .throughput: return steady?.requestsPerSecond.value ?? result.metrics.number(.succeededPerSecond)
        case .outputTokensPerSecond: return steady?.tokensPerSecond.value ?? result.metrics.number(.outputPerSecond)
        case .successRate: return steady?.successRate?.value ?? result.successShare
        case .latency, .timeToFirstToken, .timePerToken: return nil
        }
    }
}
