// Two arms of a comparison in one run configuration: `ab: {arms: {a: {…}, b: {…}}}`. An arm names what differs from the rest of the
// configuration, and makes with it a whole configuration of its own, so that every rule of resolving holds for it.

import Base

extension RunConfiguration {
    /// What may differ between arms; all else would make two schedules of one.
    static let armKeys = [
        "server_url", "api_key", "model", "max_tokens", "request_timeout", "ignore_eos", "stream", "system_prompt", "request",
    ]

    /// Names of arms, in their order.
    package static let armNames = ["a", "b"]

    /// The configuration of each arm; empty for a run without.
    ///
    /// - Throws: ``ConfigurationError`` when there are others than `a` and `b`, or unknown keys.
    package func arms() throws(ConfigurationError) -> [(name: String, configuration: RunConfiguration)] {
        guard let group = try comparison() else { return [] }
        guard let field = group["arms"] else { throw group.error("no arms; expected {\"a\": {…}, \"b\": {…}}") }
        let arms = try field.group("an object with the arms a and b")
        try arms.requireKeys(Self.armNames)
        var found: [(name: String, configuration: RunConfiguration)] = []
        for name in Self.armNames {
            guard let arm = try arms[name]?.group("an object of settings") else { throw arms.error("no arm \(name)") }
            try arm.requireKeys(Self.armKeys)
            found.append((name, try overridden(by: arm.members)))
        }
        return found
    }

    /// The group `ab`; nil without.
    func comparison() throws(ConfigurationError) -> FieldGroup? {
        guard case .object(let members) = root else { return nil }
        guard let group = try FieldGroup(file: file, path: "", members: members)[Self.comparisonKey]?.group("an object") else { return nil }
        try group.requireKeys(["arms"])
        return group
    }

    static let comparisonKey = "ab"

    private func overridden(by changes: [JSON.Member]) throws(ConfigurationError) -> RunConfiguration {
        guard case .object(var members) = root else { return self }
        members.removeAll { $0.key == Self.comparisonKey }
        for change in changes {
            if change.key == "request" {
                // The scenario's own, changed as its body changes the default one.
                for index in members.indices where ["custom", "scenario_definition"].contains(members[index].key) {
                    guard case .object = members[index].value else { continue }
                    members[index].value = members[index].value.merging(.object([change]))
                }
            } else {
                members.removeAll { $0.key == change.key }
                members.append(change)
            }
        }
        return try RunConfiguration(file: file, root: .object(members), scenarioOrigin: scenarioOrigin)
    }
}
