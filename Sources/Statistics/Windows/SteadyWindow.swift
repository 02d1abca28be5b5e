// The part of a run that its percentiles are about (docs/STATISTICS.md, "Windows"): after the warm-up, and before the
// requests that end while the load is already falling.

/// A window of scheduled instants in seconds, with the rule that decided each end.
package struct SteadyWindow: Sendable, Equatable {
    /// Raw values stand in summaries.
    package enum Start: String, Sendable, Equatable {
        case asked
        /// Latencies, or requests in flight, were still settling.
        case latencySettled = "latency_settled", inFlightSettled = "in_flight_settled"
        /// Twice the 99th percentile: the first requests met an empty server.
        case twiceP99 = "twice_p99"
        /// The rules asked for more than half of the run.
        case halfOfRun = "half_of_run"
    }
    package enum End: String, Sendable, Equatable {
        /// One 99th percentile before the end.
        case drain
        /// That would be more than a quarter of the run.
        case quarterOfRun = "quarter_of_run"
        case endOfRun = "end_of_run"
    }

    package let from, to: Double
    package let start: Start
    package let end: End
    /// Neither series settled within half of the run: what is here may still be warm-up.
    package let isUnsettled: Bool

    package init(from: Double, to: Double, start: Start, end: End, isUnsettled: Bool) {
        self.from = from
        self.to = to
        self.start = start
        self.end = end
        self.isUnsettled = isUnsettled
    }
}

/// How the head of a run is treated.
package enum WarmUp: Sendable, Equatable {
    case automatic, none
    /// Leave out that many seconds and nothing at the end, as SML's own rule does with 30.
    case seconds(Double)
}

extension SteadyWindow {
    /// `meanLogLatency` and `inFlight`: one value a second of the whole run; `p99` and `duration` in seconds.
    package init(meanLogLatency: [Double], inFlight: [Double], p99: Double, duration: Double, warmUp: WarmUp = .automatic) {
        switch warmUp {
        case .none: self.init(from: 0, to: duration, start: .asked, end: .endOfRun, isUnsettled: false)
        case .seconds(let seconds):
            self.init(from: min(seconds, duration), to: duration, start: .asked, end: .endOfRun, isUnsettled: false)
        case .automatic:
            let latencyCut = MSER5.cut(meanLogLatency)
            let inFlightCut = MSER5.cut(inFlight)
            let latency = MSER5.guarded(meanLogLatency, cut: latencyCut.seconds)
            let flight = MSER5.guarded(inFlight, cut: inFlightCut.seconds)
            var (from, start) = (2 * p99, Start.twiceP99)
            if Double(flight) > from { (from, start) = (Double(flight), .inFlightSettled) }
            if Double(latency) > from { (from, start) = (Double(latency), .latencySettled) }
            if from > duration / 2 { (from, start) = (duration / 2, .halfOfRun) }
            self.init(
                from: from, to: duration - min(p99, duration / 4), start: start, end: p99 > duration / 4 ? .quarterOfRun : .drain,
                isUnsettled: Self.isLast(latencyCut, guarded: latency) || Self.isLast(inFlightCut, guarded: flight))
        }
    }

    /// Whether a warm-up reaches as far as was looked. Of less than 30 s only the first five are looked at, and a warm-up that
    /// ended there is the usual one: users who start with nothing in flight.
    private static func isLast(_ cut: (seconds: Int, atLimit: Bool), guarded: Int) -> Bool {
        guarded > MSER5.group && cut.atLimit
    }

    /// When the corpus begins to repeat, in seconds since the run's start: from then on a prefix cache may answer faster.
    /// `nil` when that is not inside this window.
    package func firstRepeat(prompts: Int, requestsPerSecond: Double) -> Double? {
        guard requestsPerSecond > 0 else { return nil }
        let instant = Double(prompts) / requestsPerSecond
        return from < instant && instant < to ? instant : nil
    }
}
