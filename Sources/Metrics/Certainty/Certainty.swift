// How certain a run's figures are: the windows they are about, the intervals in each, and whether the generator measured the
// server or itself. Made at the end of a run from what its records left behind, the same for one process, for the merged
// records of several and for a records file; docs/TRUTH.md says what the words mean.

import Statistics

/// What a result says of its own figures.
package struct Certainty: Sendable, Equatable {
    /// How the head of the run was treated: `auto`, `none`, or the time that was left out.
    package var warmUp: String
    /// From the run's zero to its end.
    package var full: WindowFigures
    /// Nil where there is none: a ramp is no steady state, and a run may be shorter than its warm-up.
    package var steady: SteadyFigures?
    /// The queue grew for the whole run.
    package var overload: Overload?
    /// When the corpus began to repeat, seconds; nil when that was not inside the steady window.
    package var firstRepeat: Double?
    /// Of a plan with stages, one each.
    package var stages: [StageFigures]
    /// Nil when there is nothing to judge by.
    package var verdict: RunVerdict?

    /// What the percentiles of the run's verdict and series are of.
    package var headline: WindowFigures { steady?.figures ?? full }
}

/// The figures of one window of time.
package struct WindowFigures: Sendable, Equatable {
    /// Seconds since the run's zero.
    package var from, to: Double
    /// Succeeded requests that were due in it.
    package var requests: Int
    /// Of those, milliseconds; empty without one.
    package var latency: [PercentileFigure]
    /// Requests that ended in it with success, per second, and the tokens of their answers.
    package var requestsPerSecond, tokensPerSecond: Figure
    /// 0…1 of the requests due in it that ended; nil without one.
    package var successRate: Figure?
    /// Nil in documents of before it was kept.
    package var inFlight: InFlight?
}

/// The steady part of a run.
package struct SteadyFigures: Sendable, Equatable {
    package var figures: WindowFigures
    /// The rules that decided its ends.
    package var start: SteadyWindow.Start
    package var end: SteadyWindow.End
    /// Nothing settled within half of the run: what is here may still be warm-up.
    package var isUnsettled: Bool
}

/// A stage of a ramp.
package struct StageFigures: Sendable, Equatable {
    package var figures: WindowFigures
    /// Users or arrivals per time unit, at its ends.
    package var startTarget, target: Int
    /// Arrivals per second that were asked for, on average; nil for users.
    package var offeredPerSecond: Double?
    /// Requests that started in it, per second.
    package var startedPerSecond: Double?

    /// Only where the load stood still are there intervals.
    package var isPlateau: Bool { startTarget == target }
}

/// The verdict on the generator.
package struct RunVerdict: Sendable, Equatable {
    package var run: GeneratorVerdict
    /// In the order of ``LatencyIntervals/percentiles``.
    package var percentiles: [Percentile]
    /// What took most of the processor away; nil for nothing that counts, and always when the run is VALID.
    package var cause: Cause?

    package struct Percentile: Sendable, Equatable {
        package var p: Double
        package var verdict: GeneratorVerdict
    }

    /// Whether it was the generator that was late, which is less than INVALID: a plan may also ask for more users than it
    /// has.
    package var isLate: Bool {
        run.level == .invalid
            && run.reasons.contains { reason in
                switch reason {
                case .meanRelativeLateness, .readLate, .relativeBacklog, .shift: reason.level == .invalid
                case .unmeasured, .atCap: false
                }
            }
    }
}
