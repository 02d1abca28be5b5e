// From a run configuration to a plan: every precedence rule of k6 §3.1 and every default in one place. What this
// returns needs no further interpretation; what it cannot interpret it refuses.

import Base

/// A run, fully resolved.
package struct ResolvedRun: Sendable, Equatable {
    package var plan: Plan
    package var corpusOptions: CorpusOptions
    /// One line each, for stderr.
    package var warnings: [String]
    /// The request field and metric tag `model`.
    package var model: String?
    /// The metric tag `run_label`.
    package var runLabel: String?
    package var seeds: Seeds
    package var maxTokens: MaxTokens
    /// The scenario's own words about itself.
    package var description: String?
    /// Appended to the server URL.
    package var requestPath: String
    /// As far as it is known.
    package var serverSize = ServerSize()
    /// What looks at the server beside the load.
    package var probe: Probe?
    /// What was typed, without secrets; nil where nobody says.
    package var command: [String]?

    /// Every seed of the run; all go into the summary.
    package struct Seeds: Sendable, Equatable {
        package var prompt: Int64
        package var think: UInt64
    }
}

extension RunConfiguration {
    static let commonKeys =
        ["name", "description", "executor"] + RequestSettings.keys + ["gracefulStop", "request", Probe.key] + FaultSettings.keys
        + ObjectiveSettings.keys

    /// Every key that a scenario of any executor can have.
    package static let scenarioKeys = Set(commonKeys).union(Executor.all.flatMap { $0.keys })

    /// Resolves every value. Errors carry exit code 104, or 64 for a bad environment variable.
    package func resolve(
        environment: RunEnvironment = RunEnvironment()
    ) throws(ConfigurationError) -> ResolvedRun {
        var warnings: [String] = []
        guard case .object(let members) = root else {
            throw ConfigurationError(.configuration, "\(file): expected a JSON object")
        }
        let config = FieldGroup(file: file, path: "", members: members)
        let isCustom = config["custom"] != nil
        let group = try scenarioGroup(config)
        let executor = try Executor(
            group, commonKeys: Self.commonKeys, isCustom: isCustom, warnings: &warnings)
        let own = try RequestSettings(group, warnings: &warnings)
        let top = try RequestSettings(config, warnings: &warnings)
        let faults = try FaultSettings(group)
        let objectives = Objectives(
            try ObjectiveSettings(config, warnings: &warnings), over: try ObjectiveSettings(group, warnings: &warnings))

        let scenario = try config["scenario"]?.printableText("a scenario name") ?? "configured"
        let model = try nonEmpty(config["model"], "a model name")
        let configLabel = try nonEmpty(config["run_label"], "a run label")
        let apiKey = try apiKey(config)
        let description = try group["description"]?.text()
        _ = try group["name"]?.text()
        let server =
            try config["server_url"]
            .map { (field) throws(ConfigurationError) in try ServerURL(field) } ?? .standard
        let streams = top.stream ?? own.stream ?? false
        if let limits = objectives.request, limits.needsStreams, !streams {
            throw group.error("slo: \(limits.text): ttft and tpot are of streams; set stream: true, or leave e2e alone")
        }
        let connections = top.connections.rule(over: own.connections)
        if let problem = connections.problem(isSecure: server.isSecure) { throw group.error(problem) }
        let request =
            try group["request"]
            .map { (field) throws(ConfigurationError) in try RequestCustomization(field, streams: streams) }
            ?? RequestCustomization()
        let probe = try group[Probe.key].map { (field) throws(ConfigurationError) in try Probe(field) }
        if probe != nil, streams {
            throw group.error(
                "probe: is for a load that does not stream, and this one does (stream): the times it would measure are those of every "
                    + "request; leave one of the two out")
        }
        let configPrompt = try nonEmptyText(config["system_prompt"])
        let systemPrompt = try RunEnvironment.checked(systemPrompt: environment.systemPrompt ?? configPrompt)
        if systemPrompt != nil, request.bodyPatch?["messages"] != nil {
            throw group.error("request.body.messages replaces what SYSTEM_PROMPT would be put before; set only one")
        }

        // A `max_tokens: null` at the top level is how SML writes "prompt" (k6 §3.1), so it wins over the scenario's.
        let maxTokens =
            config.holds("max_tokens") ? top.maxTokens ?? .perPrompt : own.maxTokens ?? .perPrompt
        let promptSeed =
            try environment.checkedSeed() ?? top.promptSeed ?? own.promptSeed ?? Plan.Standard.promptSeed
        let thinkSeed = top.thinkSeed ?? own.thinkSeed ?? Plan.Standard.thinkSeed
        let plan = Plan(
            scenario: scenario, executor: executor,
            gracefulStop: try group["gracefulStop"]?.duration(
                from: .zero, DurationGrammar.accepted + ", 0 or more", warnings: &warnings) ?? Plan.Standard.gracefulStop,
            thinkTime: top.thinkTime ?? own.thinkTime ?? Plan.Standard.thinkTime,
            initialStagger: top.initialStagger ?? own.initialStagger ?? false,
            thinkSeed: thinkSeed, promptSeed: promptSeed,
            target: RequestTarget(
                url: server.address(of: request.path), apiKey: apiKey, headers: request.headers,
                timeout: top.requestTimeout ?? own.requestTimeout ?? Plan.Standard.requestTimeout,
                responseLimit: faults.responseLimit, streams: streams, connections: connections),
            faults: faults.policy, warmUp: top.warmUp ?? own.warmUp ?? .automatic, objectives: objectives)
        let options = CorpusOptions(
            model: model, maxTokens: maxTokens, ignoreEOS: top.ignoreEOS ?? own.ignoreEOS ?? false, streams: streams,
            promptLabels: top.promptLabels ?? own.promptLabels ?? [],
            systemPrompt: systemPrompt,
            bodyPatch: request.bodyPatch)
        return ResolvedRun(
            plan: plan, corpusOptions: options, warnings: warnings, model: model,
            runLabel: try environment.checkedLabel() ?? configLabel, seeds: .init(prompt: promptSeed, think: thinkSeed),
            maxTokens: maxTokens, description: description,
            requestPath: request.path, serverSize: try ServerSize(config), probe: probe,
            command: try config["command"].map { (field) throws(ConfigurationError) in try Self.words(field) })
    }

    private static func words(_ field: Field) throws(ConfigurationError) -> [String] {
        var words: [String] = []
        for element in try field.elements("the words of a command, a list of texts") {
            guard case .string(let word) = element.value else { throw element.rejected("a word of a command: text") }
            words.append(word)
        }
        return words
    }

    // MARK: Parts

    private func scenarioGroup(_ config: FieldGroup) throws(ConfigurationError) -> FieldGroup {
        if let custom = config["custom"] { return try custom.group("a scenario object") }
        guard let field = config["scenario_definition"] else { throw config.error("no scenario") }
        guard let scenarioOrigin else { return try field.group("a scenario object") }
        return try Field(file: scenarioOrigin, path: "", value: field.value).group("a scenario object")
    }

    private func nonEmpty(_ field: Field?, _ accepted: String) throws(ConfigurationError) -> String? {
        let text = try field?.printableText(accepted)
        return text == "" ? nil : text
    }

    /// Checked without being shown.
    private func apiKey(_ config: FieldGroup) throws(ConfigurationError) -> String? {
        guard let field = config["api_key"] else { return nil }
        guard case .string(let key) = field.value, key.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw config.error("api_key: the value is not accepted; expected text without blanks or control characters")
        }
        return key.isEmpty ? nil : key
    }

    private func nonEmptyText(_ field: Field?) throws(ConfigurationError) -> String? {
        let text = try field?.text()
        return text == "" ? nil : text
    }
}
