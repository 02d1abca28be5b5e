// Two arms of a comparison in one run configuration: `ab: {design, cache, arms: {a: {…}, b: {…}}}`. An arm names what differs from
// the rest of the configuration, and makes with it a whole configuration of its own, so that every rule of resolving holds for it.

import Base

/// How two arms are loaded.
package struct ArmDesign: Sendable, Equatable {
    package enum Design: String, Sendable, CaseIterable {
        /// Both at once, with the same prompt at the same instant.
        case duet
        /// In turns: blocks of load in the order A B B A, and nothing between them until the last answer is there.
        case abba
        /// As a duet, of two servers that should be alike: what differs is the noise of the pair.
        case aa
    }

    /// What is done about servers that remember prompts.
    package enum Cache: String, Sendable, CaseIterable {
        /// One pass over the corpus to each arm before the measurement.
        case warm
        /// Every prompt of an arm and pass has a beginning of its own.
        case nonce
        /// Nothing.
        case asIs = "as-is"
    }

    package var design: Design
    package var cache: Cache
    /// Of turns, one of each arm.
    package var pairs: Int
    /// The share up to which the comparison at the end takes a difference for none, 0.05 for 5 %.
    package var tolerance: Double

    package static let fewestPairs = 8
    package static let mostPairs = 1_000
    package static let tolerances = 0.0...10

    package init(design: Design = .duet, cache: Cache = .asIs, pairs: Int = fewestPairs, tolerance: Double = 0) {
        self.design = design
        self.cache = cache
        self.pairs = pairs
        self.tolerance = tolerance
    }

    /// The plan of each arm: of arms that take turns that of one block, as many of which as there are pairs make the whole.
    ///
    /// - Throws: ``ConfigurationError`` for a load that changes over time, which no block would be like another of.
    package func plan(of whole: Plan) throws(ConfigurationError) -> Plan {
        guard design == .abba else { return whole }
        let changes = whole.executor.parameters.contains { if case .stages = $0.value { true } else { false } }
        guard !changes else {
            throw ConfigurationError(
                .configuration, "ab.design: abba needs a load that stays the same, and \(whole.executor.name) has stages; use duet")
        }
        let block = whole.executor.duration / pairs
        guard block >= .seconds(1) else {
            throw ConfigurationError(
                .configuration,
                "ab.pairs: \(pairs) blocks of each arm in \(DurationGrammar.format(whole.executor.duration)) are shorter than a second each"
            )
        }
        return try whole.scaled(toDuration: block)
    }

    /// The plan that takes as long as the whole may take: for whoever gives it time.
    package func longestPlan(of whole: Plan) throws(ConfigurationError) -> Plan {
        guard design == .abba else { return whole }
        var plan = try whole.scaled(toDuration: whole.executor.duration * 2)
        plan.gracefulStop = whole.gracefulStop * (2 * pairs)
        return plan
    }
}

/// Settings of one arm; nil is what both have in common.
package struct ArmOverrides: Sendable, Equatable {
    package var serverURL: String?
    package var apiKey: String?
    package var model: String?
    /// A number, or `prompt`.
    package var maxTokens: String?
    /// In seconds or with a unit.
    package var requestTimeout: String?
    package var ignoreEOS: Bool?
    package var stream: Bool?
    package var systemPrompt: String?
    /// Merged over the body of requests (RFC 7396).
    package var body: JSON?
    /// How much of a machine serves this arm.
    package var serverSize = ServerSize()

    package init() {}

    /// Under the keys of a run configuration.
    fileprivate var members: [JSON.Member] {
        func text(_ key: String, _ value: String?) -> [JSON.Member] { value.map { [.init(key, .string($0))] } ?? [] }
        func flag(_ key: String, _ value: Bool?) -> [JSON.Member] { value.map { [.init(key, .bool($0))] } ?? [] }
        func count(_ key: String, _ value: Int?) -> [JSON.Member] { value.map { [.init(key, .int(Int64($0)))] } ?? [] }
        // As for the whole: each entry's own limit is null there.
        let limit: [JSON.Member] = maxTokens.map { [.init("max_tokens", $0 == "prompt" ? .string($0) : .number($0))] } ?? []
        let request: [JSON.Member] = body.map { [.init("request", .object([("body", $0)]))] } ?? []
        return text("server_url", serverURL) + text("api_key", apiKey) + text("model", model) + limit
            + text("request_timeout", requestTimeout) + flag("ignore_eos", ignoreEOS) + flag("stream", stream)
            + text("system_prompt", systemPrompt) + request + count("replicas", serverSize.replicas) + count("gpus", serverSize.gpus)
    }
}

extension RunConfiguration {
    static let comparisonKey = "ab"
    private static let keysOfComparison = ["design", "cache", "pairs", "tolerance", "arms"]

    /// What may differ between arms; all else would make two schedules of one.
    package static let armKeys = [
        "server_url", "api_key", "model", "max_tokens", "request_timeout", "ignore_eos", "stream", "system_prompt", "request", "replicas",
        "gpus",
    ]

    /// Names of arms, in their order.
    package static let armNames = ["a", "b"]

    /// This configuration for two arms, which differ in what their overrides say.
    package func comparing(a: ArmOverrides, b: ArmOverrides, design: ArmDesign) throws(ConfigurationError) -> RunConfiguration {
        guard case .object(let members) = root else { return self }
        let comparison = JSON.object([
            ("design", .string(design.design.rawValue)), ("cache", .string(design.cache.rawValue)),
            ("pairs", design.design == .abba ? .int(design.pairs) : .null),
            ("tolerance", design.tolerance > 0 ? .double(design.tolerance) : .null),
            ("arms", .object([("a", .object(a.members)), ("b", .object(b.members))])),
        ])
        return try RunConfiguration(
            file: file, root: .object(members + [.init(Self.comparisonKey, comparison)]), scenarioOrigin: scenarioOrigin)
    }

    /// How the arms are loaded; nil for a run without.
    ///
    /// - Throws: ``ConfigurationError``.
    package func armDesign() throws(ConfigurationError) -> ArmDesign? {
        guard let group = try comparison() else { return nil }
        var design = ArmDesign(design: try Self.choice(group["design"]) ?? .duet, cache: try Self.choice(group["cache"]) ?? .asIs)
        if let field = group["pairs"] {
            guard design.design == .abba else { throw field.rejected("nothing without the design abba") }
            let (fewest, most) = (ArmDesign.fewestPairs, ArmDesign.mostPairs)
            design.pairs = try field.integer(fewest...most, "a whole number from \(fewest) to \(most)")
        }
        if let field = group["tolerance"] {
            guard let share = field.value.number, ArmDesign.tolerances.contains(share) else {
                throw field.rejected("a share from 0 to 10, such as 0.05 for 5 %")
            }
            design.tolerance = share
        }
        return design
    }

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
    private func comparison() throws(ConfigurationError) -> FieldGroup? {
        guard case .object(let members) = root else { return nil }
        guard let group = try FieldGroup(file: file, path: "", members: members)[Self.comparisonKey]?.group("an object") else { return nil }
        try group.requireKeys(Self.keysOfComparison)
        return group
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: Field?) throws(ConfigurationError) -> Choice? {
        guard let field else { return nil }
        guard case .string(let text) = field.value, let choice = Choice(rawValue: text) else {
            throw field.rejected(Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

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
