// The figures of a window out of the requests of the run.

import Statistics

extension WindowFigures {
    /// - Parameters:
    ///   - window: nanoseconds since the run's zero, not empty.
    ///   - withheld: why there is no interval of any latency; nil to let the rule decide.
    init(_ observations: Observations, window: Range<Int64>, withheld: NoInterval? = nil) {
        let intervals = LatencyIntervals(LatencyColumns(observations, window: window))
        let totals = WindowTotals(observations, window: window)
        let latency = intervals?.figures() ?? []
        self.init(
            from: Double(window.lowerBound) / 1e9, to: Double(window.upperBound) / 1e9,
            requests: (intervals?.count ?? 0) * observations.weight,
            latency: withheld.map { reason in
                latency.map { PercentileFigure(p: $0.p, figure: Figure(value: $0.figure.value), missing: reason) }
            } ?? latency,
            requestsPerSecond: Self.rate(totals.succeeded, requests: totals.succeeded.total),
            tokensPerSecond: Self.rate(totals.tokens, requests: totals.succeeded.total),
            successRate: Self.share(totals.good, of: totals.due),
            inFlight: InFlight(observations, window: window))
    }

    /// Fewer requests have blocks without any.
    private static let fewest = 60.0

    private static func rate(_ totals: BlockTotals, requests: Double) -> Figure {
        requests < fewest ? Figure(value: totals.total / totals.seconds) : Figure(totals.rate())
    }

    private static func share(_ part: BlockTotals, of whole: BlockTotals) -> Figure? {
        part.share(of: whole).map { whole.total < fewest ? Figure(value: $0.value) : Figure($0) }
    }
}
