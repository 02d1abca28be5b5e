// A search for the highest load that a server takes, in one run configuration: `capacity: {probe: 75s, …}`. The rest of the
// configuration is the plan whose load the search chooses; what it must meet stands under `thresholds` and `slo`, as for any run.

import Base

/// How a server's capacity is searched for.
package struct CapacitySettings: Sendable, Equatable {
    static let key = "capacity"
    private static let keys = ["start", "min", "max", "probe", "confirm", "confidence", "max_duration"]

    /// Arrivals per second, or users. Nil for what the scenario begins with, and for no bounds but the search's own.
    package var start, least, most: Double?
    /// How long a probe is judged, after its warm-up.
    package var probe = Duration.seconds(75)
    /// How long a confirmation is; it is looked at in the middle and at the end, and while it is undecided after twice and four times that.
    package var confirm = Duration.seconds(600)
    /// With this probability no load is confirmed that does not meet the objectives.
    package var confidence = 0.95
    /// Of the whole search.
    package var longest = Duration.seconds(7200)

    package init() {}

    init(_ field: Field) throws(ConfigurationError) {
        let group = try field.group("an object")
        try group.requireKeys(Self.keys)
        func load(_ key: String) throws(ConfigurationError) -> Double? {
            guard let field = group[key] else { return nil }
            guard let value = field.value.number, Self.loads.contains(value) else { throw field.rejected(Self.acceptedLoad) }
            return value
        }
        (start, least, most) = (try load("start"), try load("min"), try load("max"))
        var warnings: [String] = []
        func time(_ key: String, _ standard: Duration, from least: Duration) throws(ConfigurationError) -> Duration {
            let accepted = DurationGrammar.accepted + ", at least \(DurationGrammar.format(least))"
            return try group[key]?.duration(from: least, accepted, warnings: &warnings) ?? standard
        }
        probe = try time("probe", probe, from: Self.shortestProbe)
        confirm = try time("confirm", confirm, from: Self.shortestProbe)
        longest = try time("max_duration", longest, from: Self.shortestProbe)
        if let field = group["confidence"] {
            guard let value = field.value.number, Self.confidences.contains(value) else { throw field.rejected(Self.acceptedConfidence) }
            confidence = value
        }
        do { try check() } catch { throw group.error(error.description) }
    }

    package static let loads = 0.001...1e6
    package static let acceptedLoad = "a number from 0.001 to 1000000"
    package static let confidences = 0.5...0.9999
    package static let acceptedConfidence = "a number from 0.5 to 0.9999, such as 0.95"
    package static let shortestProbe = Duration.seconds(1)

    /// What must hold between them.
    package func check() throws(ConfigurationError) {
        if let least, let most, least > most {
            throw ConfigurationError(.usage, "the least load, \(least), is more than the most, \(most)")
        }
        for (name, bound) in [("least", least), ("most", most)] {
            guard let start, let bound else { continue }
            if name == "least" ? start < bound : start > bound {
                throw ConfigurationError(.usage, "the load to start with, \(start), is not between the least and the most")
            }
        }
        guard longest >= probe + confirm / 2 else {
            throw ConfigurationError(
                .usage,
                "a search of \(DurationGrammar.format(longest)) has no time for a probe of \(DurationGrammar.format(probe)) and half a "
                    + "confirmation of \(DurationGrammar.format(confirm))")
        }
    }

    var json: JSON {
        func text(_ duration: Duration) -> JSON { .string(DurationGrammar.format(duration)) }
        func number(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
        return .object([
            ("start", number(start)), ("min", number(least)), ("max", number(most)), ("probe", text(probe)), ("confirm", text(confirm)),
            ("confidence", .double(confidence)), ("max_duration", text(longest)),
        ])
    }

    /// What is left out at the start of each probe.
    ///
    /// - Parameter stretched: how much longer than asked for a probe is.
    package func warmUp(of plan: Plan, stretched: Double = 1) -> Duration {
        if case .fixed(let duration) = plan.warmUp { return duration }
        return probe * stretched / 3
    }
}

extension RunConfiguration {
    /// This configuration for a search.
    package func searching(_ settings: CapacitySettings) throws(ConfigurationError) -> RunConfiguration {
        guard case .object(let members) = root else { return self }
        return try RunConfiguration(
            file: file, root: .object(members.filter { $0.key != CapacitySettings.key } + [.init(CapacitySettings.key, settings.json)]),
            scenarioOrigin: scenarioOrigin)
    }

    /// The same at another address.
    package func aimed(at serverURL: String) throws(ConfigurationError) -> RunConfiguration {
        guard case .object(var members) = root else { return self }
        for index in members.indices where members[index].key == "server_url" { members[index].value = .string(serverURL) }
        return try RunConfiguration(file: file, root: .object(members), scenarioOrigin: scenarioOrigin)
    }

    /// How its load is searched for; nil for a plain run.
    ///
    /// - Throws: ``ConfigurationError``, also beside two arms.
    package func capacity() throws(ConfigurationError) -> CapacitySettings? {
        guard case .object(let members) = root else { return nil }
        let group = FieldGroup(file: file, path: "", members: members)
        guard let field = group[CapacitySettings.key] else { return nil }
        guard group[Self.comparisonKey] == nil else {
            throw field.rejected("nothing beside two arms (ab); search each server for itself")
        }
        return try CapacitySettings(field)
    }
}
