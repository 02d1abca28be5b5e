// What the progress display shows at one instant, as plain numbers: rendering needs no clock, no run and no lock.

/// The state of a run at one instant.
package struct ProgressSnapshot: Sendable, Equatable {
    /// Since the run's start, nanoseconds.
    package var elapsed: Int64
    /// The plan's length, nanoseconds; 0 when unknown.
    package var total: Int64
    /// Whether the plan is over and only requests in flight are waited for.
    package var isDraining: Bool
    /// Requests handed to libcurl and not yet ended.
    package var inFlight: Int
    /// Requests per second the plan asks for now; `nil` for closed-loop executors, which ask for none.
    package var rateAsked: Double?
    /// Virtual users now, shown where there is no rate asked.
    package var virtualUsers: Int
    /// Requests finished per second, lately.
    package var rateAchieved: Double
    /// Completion tokens per second of answers that ended lately; `nil` before any answer said how many it has.
    package var outputTokensPerSecond: Double?
    package var finished: UInt64
    /// 0…1; `nil` before the first request ended.
    package var successRate: Double?
    /// End-to-end latency of successes over the whole run, milliseconds; `nil` before the first one.
    package var p50: Double?
    package var p95: Double?
    /// Time to the first token over the whole run, milliseconds; `nil` before a streamed answer ended.
    package var firstTokenP50: Double?
    package var firstTokenP95: Double?
    /// They are those of a probe.
    package var isFirstTokenProbed = false
    package var errors: UInt64
    package var dropped: UInt64
    /// p99 of started − scheduled over the whole run, milliseconds; `nil` before the first request ended.
    package var lateness: Double?
    /// False when the generator did not keep up so far.
    package var keptUp: Bool
    /// Of several runs, which one this is: `probe 3, 20/s`.
    package var heading: String?
    /// Of each of the last whole seconds: requests finished, and p95 of those that succeeded, milliseconds.
    package var lateRates: [Double] = []
    package var lateP95: [Double?] = []

    package init(
        elapsed: Int64, total: Int64, isDraining: Bool = false, inFlight: Int, rateAsked: Double? = nil,
        virtualUsers: Int = 0, rateAchieved: Double = 0, outputTokensPerSecond: Double? = nil,
        finished: UInt64 = 0, successRate: Double? = nil,
        p50: Double? = nil, p95: Double? = nil, firstTokenP50: Double? = nil, firstTokenP95: Double? = nil, errors: UInt64 = 0,
        dropped: UInt64 = 0, lateness: Double? = nil,
        keptUp: Bool = true
    ) {
        self.elapsed = elapsed
        self.total = total
        self.isDraining = isDraining
        self.inFlight = inFlight
        self.rateAsked = rateAsked
        self.virtualUsers = virtualUsers
        self.rateAchieved = rateAchieved
        self.outputTokensPerSecond = outputTokensPerSecond
        self.finished = finished
        self.successRate = successRate
        self.p50 = p50
        self.p95 = p95
        self.firstTokenP50 = firstTokenP50
        self.firstTokenP95 = firstTokenP95
        self.errors = errors
        self.dropped = dropped
        self.lateness = lateness
        self.keptUp = keptUp
    }

    /// From what has been consumed so far and the engine's live numbers. Costs a sort of up to 5,000 values per label:
    /// below a millisecond, so four times a second is nothing.
    package init(
        statistics run: RunStatistics, elapsed: Int64, total: Int64, isDraining: Bool = false, inFlight: Int,
        rateAsked: Double? = nil, virtualUsers: Int = 0
    ) {
        let latency = run.overall(\.successLatency)
        let percentiles = latency.percentiles([50, 95])
        let firstTokens = Self.firstTokens(run)
        self.init(
            elapsed: elapsed, total: total, isDraining: isDraining, inFlight: inFlight, rateAsked: rateAsked,
            virtualUsers: virtualUsers, rateAchieved: run.timeline.finishedPerSecond(before: elapsed),
            outputTokensPerSecond: run.tokens.output.total == nil ? nil : run.timeline.outputTokensPerSecond(before: elapsed),
            finished: run.finished.total, successRate: run.success.total == 0 ? nil : run.success.value,
            p50: latency.isEmpty ? nil : percentiles[0], p95: latency.isEmpty ? nil : percentiles[1],
            firstTokenP50: firstTokens.p50, firstTokenP95: firstTokens.p95,
            errors: run.requestErrors, dropped: run.dropped.total,
            lateness: run.startLateness.isEmpty ? nil : run.startLateness.percentile(99),
            keptUp: run.keptUp.verdict ?? true)
        lateRates = run.timeline.finishedLately(before: elapsed)
        lateP95 = run.timeline.recent.p95(before: elapsed)
    }

    /// Shows the times to the first token of a probe: its load has none.
    package mutating func takeProbe(_ probe: RunStatistics) {
        (firstTokenP50, firstTokenP95) = Self.firstTokens(probe)
        isFirstTokenProbed = true
    }

    private static func firstTokens(_ run: RunStatistics) -> (p50: Double?, p95: Double?) {
        let times = Trend.merged(run.labels.lazy.map { $0.trend(of: .ttft) })
        let percentiles = times.isEmpty ? [] : times.percentiles([50, 95])
        return (percentiles.first, percentiles.last)
    }
}
