// What SML's `build_run_config` does (k6 §3.1): a scenario, a server and the command line's overrides become the
// run_config.json of a job. Values stay as the scenario has them; they are checked when the result is resolved.

import Base

/// Command-line values that win over the scenario's. Nil: the scenario's.
package struct RunOverrides: Sendable, Equatable {
    /// `--loadtest-max-tokens`: a number, or `prompt` for each entry's own.
    package var maxTokens: String?
    /// `--[no-]loadtest-ignore-eos`.
    package var ignoreEOS: Bool?
    /// `--[no-]loadtest-stream`.
    package var stream: Bool?
    /// `--loadtest-http-version`, `--loadtest-connections`, `--[no-]loadtest-preconnect`, `--[no-]loadtest-tls-resumption`, under the
    /// keys of a scenario.
    package var connections: [JSON.Member]
    /// `--loadtest-prompt-seed`.
    package var promptSeed: Int64?
    /// Seconds, as scenarios write think times.
    package var thinkTime: String?
    /// What `SYSTEM_PROMPT` would say. Nil: none.
    package var systemPrompt: String?
    /// `--loadtest-warmup`: `auto`, `none` or a duration.
    package var warmUp: String?
    /// `--threshold` and `--slo`, as the members of a scenario that they stand for.
    package var thresholds: JSON?
    package var slo: JSON?
    /// `--loadtest-replicas`, `--loadtest-gpus`.
    package var serverSize: ServerSize
    /// What was typed, for the run's description. Nil: nobody says.
    package var command: [String]?

    package init(
        maxTokens: String? = nil, ignoreEOS: Bool? = nil, stream: Bool? = nil, promptSeed: Int64? = nil, thinkTime: String? = nil,
        systemPrompt: String? = nil, warmUp: String? = nil, thresholds: JSON? = nil, slo: JSON? = nil, connections: [JSON.Member] = [],
        serverSize: ServerSize = ServerSize(), command: [String]? = nil
    ) {
        self.maxTokens = maxTokens
        self.ignoreEOS = ignoreEOS
        self.stream = stream
        self.promptSeed = promptSeed
        self.thinkTime = thinkTime
        self.systemPrompt = systemPrompt
        self.warmUp = warmUp
        self.thresholds = thresholds
        self.slo = slo
        self.connections = connections
        self.serverSize = serverSize
        self.command = command
    }

    /// With what the variables of `environment` say where no option does: written into the run configuration, they reach a
    /// run that does not have this environment.
    ///
    /// - Throws: ``ConfigurationError`` (64) for a `PROMPT_SEED` that is no number.
    package func filled(from environment: RunEnvironment) throws(ConfigurationError) -> RunOverrides {
        var filled = self
        if filled.promptSeed == nil { filled.promptSeed = try environment.checkedSeed() }
        filled.systemPrompt = filled.systemPrompt ?? environment.systemPrompt
        return filled
    }
}

extension RunConfiguration {
    /// Keys come out in SML's order. A trailing slash of the server URL is stripped, as SML does.
    package static func build(
        scenario: ScenarioDefinition, serverURL: String, apiKey: String? = nil, model: String? = nil,
        overrides: RunOverrides = RunOverrides(), file: String = "run_config.json"
    ) throws(ConfigurationError) -> RunConfiguration {
        func text(_ key: String) -> JSON? {
            switch scenario.value[key] {
            case .number(let raw)?: .string(raw)
            case .null?, nil: nil
            case let other?: other
            }
        }
        func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        let maxTokens = overrides.maxTokens.map { .string($0) } ?? text("max_tokens") ?? .null
        var url = serverURL
        while url.hasSuffix("/") { url.removeLast() }
        let standardSeed = JSON.int(Plan.Standard.promptSeed)
        let seed = overrides.promptSeed.map { .int($0) } ?? scenario.value["prompt_seed"] ?? standardSeed
        // Keys that SML's launcher does not know.
        var own: [JSON.Member] = []
        if let prompt = overrides.systemPrompt { own.append(.init("system_prompt", .string(prompt))) }
        if let warmUp = overrides.warmUp { own.append(.init("warmup", .string(warmUp))) }
        if let thresholds = overrides.thresholds { own.append(.init("thresholds", thresholds)) }
        if let slo = overrides.slo { own.append(.init("slo", slo)) }
        own += overrides.connections
        if let stream = overrides.stream { own.append(.init("stream", .bool(stream))) }
        if let replicas = overrides.serverSize.replicas { own.append(.init("replicas", .int(Int64(replicas)))) }
        if let gpus = overrides.serverSize.gpus { own.append(.init("gpus", .int(Int64(gpus)))) }
        if let command = overrides.command {
            own.append(.init("command", .array(TypedCommand.shown(command, secrets: [apiKey]).map { .string($0) })))
        }
        return try RunConfiguration(
            file: file,
            root: .object(
                [
                    .init("server_url", .string(url)),
                    .init("api_key", optional(apiKey)),
                    .init("model", optional(model)),
                    .init("scenario", .string(scenario.name)),
                    .init("scenario_definition", scenario.value),
                    .init(
                        "think_time",
                        overrides.thinkTime.map { .string($0) } ?? text("think_time")
                            ?? .string(ResolvedRun.seconds(Plan.Standard.thinkTime))),
                    // SML's launcher turns the word `prompt` into null: each entry's own limit.
                    .init("max_tokens", maxTokens == .string("prompt") ? .null : maxTokens),
                    .init("request_timeout", .null),
                    .init("prompt_labels", scenario.value["prompt_labels"] ?? .null),
                    .init("ignore_eos", overrides.ignoreEOS.map { .bool($0) } ?? scenario.value["ignore_eos"] ?? .null),
                    .init("prompt_seed", seed == .null ? standardSeed : seed),
                    .init("custom", .null),
                ] + own),
            scenarioOrigin: scenario.file)
    }
}
