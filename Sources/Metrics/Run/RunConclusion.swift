// A run that has ended: what it measured, what it was meant to be and how it ended, which rates need all three of. Each
// rate here says what it is divided by; k6's own divide by the whole duration, the wait for the last answers included.

import Generator

/// Statistics, description and end of a run.
package struct RunConclusion: Sendable {
    package var statistics: RunStatistics
    package var context: RunContext
    package var outcome: RunOutcome

    package init(statistics: RunStatistics, context: RunContext, outcome: RunOutcome) {
        self.statistics = statistics
        self.context = context
        self.outcome = outcome
    }

    /// The plan's time, nanoseconds: all of it, or until nothing was started any more. Records of before that was kept say
    /// only when everything had ended.
    private var planTime: Int64 {
        if let turns = outcome.turns { return turns.reduce(0) { $0 + max(0, $1.end - $1.start) } }
        let stop = outcome.planEnd ?? (outcome.kind == .completed ? context.planEnd : outcome.duration)
        return context.planEnd == .max && outcome.kind == .completed ? outcome.duration : min(context.planEnd, stop)
    }

    /// Seconds; nil for none.
    package var planSeconds: Double? { planTime > 0 ? Double(planTime) / 1e9 : nil }

    /// Arrivals that were due in the plan's time, per second of it; nil for closed loops, and when it is not known how many
    /// were due before a run was cut short.
    package var askedPerSecond: Double? {
        guard let seconds = planSeconds, let planned = context.plannedArrivals else { return nil }
        guard outcome.kind == .completed || outcome.planEnd.map({ $0 >= context.planEnd }) == true else {
            return outcome.arrivalsDue.map { Double($0) / seconds }
        }
        return Double(planned) / seconds
    }

    /// Requests that started in the plan's time, per second of it.
    package var achievedPerSecond: Double? { planSeconds.map { Double(statistics.plan.started.total) / $0 } }

    /// Successes that ended in the plan's time, per second of it.
    package var succeededPerSecond: Double? { tokenSeconds.map { Double(statistics.plan.succeeded.total) / $0 } }

    /// What counts of answers are divided by, seconds: the plan's time; of a run that was cut short all of it up to there, as
    /// nobody knew before that it would be.
    package var tokenSeconds: Double? {
        let time = outcome.kind == .completed || outcome.turns != nil ? planTime : min(context.planEnd, outcome.duration)
        return time > 0 ? Double(time) / 1e9 : nil
    }

    package var outputPerSecond: Double? { perSecond(statistics.plan.outputTokens, statistics.tokens.output) }
    package var inputPerSecond: Double? { perSecond(statistics.plan.inputTokens, statistics.tokens.input) }
    package var tokensPerSecond: Double? {
        guard let output = outputPerSecond, let input = inputPerSecond else { return nil }
        return output + input
    }

    /// Nil when no answer said any.
    private func perSecond(_ tokens: Double, _ sum: TokenStatistics.Sum) -> Double? {
        guard sum.total != nil, let seconds = tokenSeconds else { return nil }
        return tokens / seconds
    }
}
