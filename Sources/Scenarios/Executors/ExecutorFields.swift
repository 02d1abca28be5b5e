// The readings that several executors share, with their defaults (those of SML's script, k6 §3.1) and their limits
// (k6 §10). Where k6 silently runs something else — a rate of 0 as 1, 2.9 as 2 — this stops.

import Base

/// A scenario's members, as executors read them.
struct ExecutorFields {
    /// More than any machine can open connections for; keeps a typing error from eating the memory.
    static let mostVUs = 1_000_000
    static let mostRate = 1_000_000_000

    let group: FieldGroup
    /// The `custom` form: stages may be JSON text, stage durations must be strings (k6 §10).
    let isCustom: Bool
    var warnings: [String]

    /// A number of users from `least` on; `standard` when not set.
    func users(_ key: String, least: Int, standard: Int) throws(ConfigurationError) -> Int {
        let most = Self.mostVUs
        return try group[key]?.integer(least...most, "a whole number from \(least) to \(most)") ?? standard
    }

    /// `duration`: 5 minutes when not set.
    mutating func wholeDuration() throws(ConfigurationError) -> Duration {
        let accepted = DurationGrammar.accepted + ", at least 1s"
        return try group["duration"]?.duration(from: .seconds(1), accepted, warnings: &warnings) ?? .seconds(300)
    }

    /// A duration of 0 or more; `standard` when not set.
    mutating func duration(_ key: String, standard: Duration) throws(ConfigurationError) -> Duration {
        let accepted = DurationGrammar.accepted + ", 0 or more"
        return try group[key]?.duration(from: .zero, accepted, warnings: &warnings) ?? standard
    }

    /// A number of arrivals per time unit; 1 when not set.
    func rate(_ key: String) throws(ConfigurationError) -> Int {
        let most = Self.mostRate
        return try group[key]?.integer(1...most, "a whole number of arrivals per timeUnit from 1 to \(most)") ?? 1
    }

    /// `timeUnit` for rates of at most `highest`: a second when not set.
    mutating func timeUnit(highest: Int) throws(ConfigurationError) -> Duration {
        guard let field = group["timeUnit"] else { return .seconds(1) }
        let unit = try field.duration(
            from: .nanoseconds(1), DurationGrammar.accepted + ", more than 0", warnings: &warnings)
        // The period is whole nanoseconds (k6 §4.3), so there must be at least one.
        guard unit.nanoseconds >= Int64(highest) else { throw field.rejected("at least 1ns for each arrival") }
        return unit
    }

    /// `preAllocatedVUs`, 10 when not set, and `maxVUs`, then the same.
    func vuLimits() throws(ConfigurationError) -> (preAllocated: Int, most: Int) {
        let preAllocated = try users("preAllocatedVUs", least: 1, standard: 10)
        guard let field = group["maxVUs"] else { return (preAllocated, preAllocated) }
        let most = try field.integer(1...Self.mostVUs, "a whole number from 1 to \(Self.mostVUs)")
        guard most >= preAllocated else {
            let origin = group["preAllocatedVUs"] == nil ? "its default" : "set"
            throw field.rejected("at least preAllocatedVUs, which is \(preAllocated) (\(origin))")
        }
        return (preAllocated, most)
    }

    /// `stages`, which has no default, with targets up to `most`.
    mutating func stages(most: Int) throws(ConfigurationError) -> [Stage] {
        let accepted = "a list of {duration, target} with at least one entry"
        guard var field = group["stages"] else { throw group.error("stages is missing; expected \(accepted)") }
        if isCustom, case .string(let text) = field.value, let parsed = try? JSON.parse(text) {
            field = Field(file: field.file, path: field.path, value: parsed)
        }
        var stages: [Stage] = []
        for element in try field.elements(accepted) {
            let stage = try element.group("{duration, target}")
            try stage.requireKeys(["duration", "target"])
            guard let duration = stage["duration"] else { throw stage.error("duration is missing") }
            guard let target = stage["target"] else { throw stage.error("target is missing") }
            if isCustom, case .number = duration.value { throw duration.rejected("a string such as \"30s\"") }
            stages.append(
                Stage(
                    duration: try duration.duration(
                        from: .zero, DurationGrammar.accepted + ", 0 or more", warnings: &warnings),
                    target: try target.integer(0...most, "a whole number from 0 to \(most)")))
        }
        guard !stages.isEmpty else { throw field.rejected(accepted) }
        let total = stages.total
        guard total <= DurationGrammar.longest else { throw field.rejected("stages that last up to 10000d in all") }
        guard total > .zero else { throw field.rejected("stages that last more than 0s in all") }
        return stages
    }
}
