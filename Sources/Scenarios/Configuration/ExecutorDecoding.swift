// The executor's part of a scenario: which keys each of the four has, their defaults (those of SML's script, k6 §3.1)
// and their limits (k6 §10). Where k6 silently runs something else — an unknown executor as constant-vus, a rate of 0
// as 1, 2.9 as 2 — this stops.

import Base

enum ExecutorDecoding {
    /// Keys beside those every scenario may have.
    static let keys: [(executor: String, keys: [String])] = [
        ("constant-vus", ["vus", "duration"]),
        ("ramping-vus", ["startVUs", "stages", "gracefulRampDown"]),
        ("constant-arrival-rate", ["rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs"]),
        ("ramping-arrival-rate", ["startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs"]),
    ]

    /// More than any machine can open connections for; keeps a typing error from eating the memory.
    static let mostVUs = 1_000_000
    static let mostRate = 1_000_000_000

    static func executorName(_ group: FieldGroup) throws(ConfigurationError) -> String {
        let names = keys.map(\.executor).joined(separator: ", ")
        guard let field = group["executor"] else { throw group.error("executor is missing; expected one of \(names)") }
        guard case .string(let name) = field.value, keys.contains(where: { $0.executor == name }) else {
            throw field.rejected("one of \(names)")
        }
        return name
    }

    /// - Parameter isCustom: the `custom` form: stages may be JSON text, stage durations must be strings (k6 §10).
    static func decode(
        _ group: FieldGroup, name: String, isCustom: Bool, warnings: inout [String]
    ) throws(ConfigurationError) -> Executor {
        switch name {
        case "constant-vus":
            return .constantVUs(
                vus: try group["vus"]?.integer(1...mostVUs, "a whole number from 1 to \(mostVUs)") ?? 10,
                duration: try wholeDuration(group, &warnings))
        case "ramping-vus":
            let start = try group["startVUs"]?.integer(0...mostVUs, "a whole number from 0 to \(mostVUs)") ?? 0
            let stages = try stages(group, most: mostVUs, isCustom: isCustom, &warnings)
            guard start > 0 || stages.contains(where: { $0.target > 0 }) else {
                throw group.error("startVUs and every stage's target are 0, so nothing would run")
            }
            return .rampingVUs(
                startVUs: start, stages: stages,
                gracefulRampDown: try group["gracefulRampDown"]?.duration(
                    from: .zero, DurationGrammar.accepted + ", 0 or more", warnings: &warnings) ?? .seconds(30))
        case "constant-arrival-rate":
            let (preAllocated, most) = try vuLimits(group)
            let rate = try rate(group, "rate")
            return .constantArrivalRate(
                rate: rate, timeUnit: try timeUnit(group, highest: rate, &warnings),
                duration: try wholeDuration(group, &warnings), preAllocatedVUs: preAllocated, maxVUs: most)
        default:
            let (preAllocated, most) = try vuLimits(group)
            let start = try rate(group, "startRate")
            let stages = try stages(group, most: mostRate, isCustom: isCustom, &warnings)
            let highest = stages.reduce(start) { max($0, $1.target) }
            return .rampingArrivalRate(
                startRate: start, timeUnit: try timeUnit(group, highest: highest, &warnings), stages: stages,
                preAllocatedVUs: preAllocated, maxVUs: most)
        }
    }

    // MARK: Parts

    private static func wholeDuration(
        _ group: FieldGroup, _ warnings: inout [String]
    ) throws(ConfigurationError) -> Duration {
        let accepted = DurationGrammar.accepted + ", at least 1s"
        return try group["duration"]?.duration(from: .seconds(1), accepted, warnings: &warnings) ?? .seconds(300)
    }

    private static func rate(_ group: FieldGroup, _ key: String) throws(ConfigurationError) -> Int {
        try group[key]?.integer(1...mostRate, "a whole number of arrivals per timeUnit from 1 to \(mostRate)") ?? 1
    }

    private static func timeUnit(
        _ group: FieldGroup, highest: Int, _ warnings: inout [String]
    ) throws(ConfigurationError) -> Duration {
        guard let field = group["timeUnit"] else { return .seconds(1) }
        let unit = try field.duration(
            from: .nanoseconds(1), DurationGrammar.accepted + ", more than 0", warnings: &warnings)
        // The period is whole nanoseconds (k6 §4.3), so there must be at least one.
        guard unit.nanoseconds >= Int64(highest) else { throw field.rejected("at least 1ns for each arrival") }
        return unit
    }

    private static func vuLimits(_ group: FieldGroup) throws(ConfigurationError) -> (Int, Int) {
        let accepted = "a whole number from 1 to \(mostVUs)"
        let preAllocated = try group["preAllocatedVUs"]?.integer(1...mostVUs, accepted) ?? 10
        guard let field = group["maxVUs"] else { return (preAllocated, preAllocated) }
        let most = try field.integer(1...mostVUs, accepted)
        guard most >= preAllocated else {
            let origin = group["preAllocatedVUs"] == nil ? "its default" : "set"
            throw field.rejected("at least preAllocatedVUs, which is \(preAllocated) (\(origin))")
        }
        return (preAllocated, most)
    }

    private static func stages(
        _ group: FieldGroup, most: Int, isCustom: Bool, _ warnings: inout [String]
    ) throws(ConfigurationError) -> [Stage] {
        let accepted = "a list of {duration, target} with at least one entry"
        guard var field = group["stages"] else { throw group.error("stages is missing; expected \(accepted)") }
        if isCustom, case .string(let text) = field.value, let parsed = try? ConfigValue.parse(text) {
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
        let total = stages.reduce(Duration.zero) { $0 + $1.duration }
        guard total <= DurationGrammar.longest else { throw field.rejected("stages that last up to 10000d in all") }
        guard total > .zero else { throw field.rejected("stages that last more than 0s in all") }
        return stages
    }
}
