// The latencies that a percentile is made of: those of the requests that succeeded in a window, from the start or from the
// instant they were due. A view, so that ten million requests are not copied for each window.

/// Latencies of succeeded requests with the instants they were scheduled for, in any order.
package struct LatencyColumns {
    /// From where a latency is counted.
    package enum Origin: Sendable { case started, scheduled }

    private let observations: Observations
    private let origin: Origin
    /// Scheduled instants that count, nanoseconds since the run's start.
    let window: Range<Int64>

    package init(_ observations: Observations, from origin: Origin = .started, window: Range<Int64>) {
        self.observations = observations
        self.origin = origin
        self.window = window
    }

    /// Makes columns of arrays.
    package static func with<Result>(
        scheduled: [Int64], latency: [Int64], window: Range<Int64>, _ body: (LatencyColumns) -> Result
    ) -> Result {
        var observations = Observations()
        for (instant, latency) in zip(scheduled, latency) {
            observations.append(Observation(scheduled: instant, started: instant, ended: instant + latency))
        }
        return body(LatencyColumns(observations, window: window))
    }

    @inline(__always)
    func forEach(_ body: (_ scheduled: Int64, _ latency: Int64) -> Void) {
        let isFromSchedule = origin == .scheduled
        observations.forEach { one in
            guard window.lowerBound <= one.scheduled, one.scheduled < window.upperBound, one.outcome == .succeeded else { return }
            body(one.scheduled, isFromSchedule ? one.latency &+ one.lag : one.latency)
        }
    }

    /// Quantiles of the latencies in nanoseconds, in the order of `percentiles`; empty without a request.
    package func quantiles(_ percentiles: [Double]) -> [Double] {
        let ranked = RankedLatencies(self)
        return ranked.count == 0 ? [] : ranked.quantiles(percentiles)
    }
}
