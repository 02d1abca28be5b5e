// `--loadtest-duration`: the same shape in another time. Stages scale in proportion and their sum is exactly the asked
// duration; rates and user counts stay, because they are what is being tested.

import Base

extension Executor {
    /// The executor over `duration` (more than 0). A plan of 0 s cannot be scaled and is returned as it is.
    func scaled(toDuration duration: Duration) -> Executor {
        switch self {
        case .constantVUs(let vus, _):
            .constantVUs(vus: vus, duration: duration)
        case .constantArrivalRate(let rate, let unit, _, let preAllocated, let most):
            .constantArrivalRate(
                rate: rate, timeUnit: unit, duration: duration, preAllocatedVUs: preAllocated, maxVUs: most)
        case .rampingVUs(let start, let stages, let rampDown):
            .rampingVUs(startVUs: start, stages: Self.scaled(stages, to: duration), gracefulRampDown: rampDown)
        case .rampingArrivalRate(let start, let unit, let stages, let preAllocated, let most):
            .rampingArrivalRate(
                startRate: start, timeUnit: unit, stages: Self.scaled(stages, to: duration),
                preAllocatedVUs: preAllocated, maxVUs: most)
        }
    }

    /// Scales the stage boundaries, not the lengths, so that rounding does not add up.
    private static func scaled(_ stages: [Stage], to duration: Duration) -> [Stage] {
        let total = stages.reduce(Int64(0)) { $0 + $1.duration.nanoseconds }
        guard total > 0 else { return stages }
        var elapsed: Int64 = 0
        var previous: Int64 = 0
        return stages.map { stage in
            elapsed += stage.duration.nanoseconds
            let product = elapsed.multipliedFullWidth(by: duration.nanoseconds)
            let boundary = total.dividingFullWidth((product.high, product.low)).quotient
            defer { previous = boundary }
            return Stage(duration: .nanoseconds(boundary - previous), target: stage.target)
        }
    }
}

extension Plan {
    /// The plan over another duration; graceful stop and think time stay.
    package func scaled(toDuration duration: Duration) throws(ConfigurationError) -> Plan {
        guard duration >= .seconds(1) else {
            let shown = DurationGrammar.format(duration)
            throw ConfigurationError(.usage, "duration \(shown) is not accepted; expected at least 1s")
        }
        var plan = self
        plan.executor = executor.scaled(toDuration: duration)
        return plan
    }
}

extension ResolvedRun {
    package func scaled(toDuration duration: Duration) throws(ConfigurationError) -> ResolvedRun {
        var run = self
        run.plan = try plan.scaled(toDuration: duration)
        return run
    }
}
