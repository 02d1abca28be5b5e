// `--loadtest-duration`: the same shape in another time. Stages scale in proportion and their sum is exactly the asked
// duration; rates and user counts stay, because they are what is being tested.

import Base

extension Plan {
    /// The plan over another duration; graceful stop and think time stay.
    package func scaled(toDuration duration: Duration) throws(ConfigurationError) -> Plan {
        guard duration >= .seconds(1) else {
            let shown = DurationGrammar.format(duration)
            throw ConfigurationError(.usage, "duration \(shown) is not accepted; expected 1s to 10000d")
        }
        var plan = self
        plan.executor = try executor.scaled(toDuration: duration)
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
