// What requests ask for and in which order, in the same words for a run on this machine and on a cluster.

import ArgumentParser
import Base
import Scenarios

struct RequestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Output token limit, or 'prompt' for each corpus entry's own.", valueName: "n|prompt"))
    var loadtestMaxTokens: String?

    @Flag(inversion: .prefixedNo, help: "Keep generating until the token limit (default: as the scenario says).")
    var loadtestIgnoreEos: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "Ask for streams, and measure the time to the first token and per token (default: as the scenario says, else not).")
    var loadtestStream: Bool?

    @Option(
        help: ArgumentHelp(
            "Version of HTTP: auto is HTTP/2 where TLS agrees on it; 2 is that or nothing, over plain http without asking "
                + "(default: as the scenario says, else auto).", valueName: "auto|1.1|2"))
    var loadtestHttpVersion: String?

    @Option(
        help: ArgumentHelp(
            "Connections that all users share over HTTP/2 (default: as the scenario says, else per-user).", valueName: "n|per-user"))
    var loadtestConnections: String?

    @Flag(inversion: .prefixedNo, help: "Make connections before the load begins (default: as the scenario says, else not).")
    var loadtestPreconnect: Bool?

    @Flag(
        inversion: .prefixedNo, help: "Let new connections resume earlier TLS sessions (default: as the scenario says, else not).")
    var loadtestTlsResumption: Bool?

    @Option(help: ArgumentHelp("Seed of the prompt order (PROMPT_SEED); the same for both sides of a comparison.", valueName: "n"))
    var loadtestPromptSeed: Int64?

    @Flag(
        inversion: .prefixedNo,
        help: "Before the plan, find out with one request whether it can succeed at all (default: yes, but for a simulated endpoint).")
    var testRequest: Bool?

    @Option(
        help: ArgumentHelp(
            "What the steady figures leave out at the start: auto finds it, none, or e.g. 30s.", valueName: "auto|none|duration"))
    var loadtestWarmup: String?

    @Option(
        help: ArgumentHelp(
            "End with 99 unless this holds, as k6's thresholds: 'e2e_latency_ms: p(95)<2000'. May repeat.", valueName: "metric: condition"))
    var threshold: [String] = []

    @Option(
        help: ArgumentHelp(
            "What a request must come up to, to count as good: ttft=500ms,tpot=50ms,e2e=10s, or some of them.", valueName: "limits"))
    var slo: String?

    @Option(help: ArgumentHelp("Copies of the server behind the URL, for tokens/s per replica.", valueName: "n"))
    var loadtestReplicas: Int?

    @Option(help: ArgumentHelp("GPUs of all copies together, for tokens/s per GPU.", valueName: "n"))
    var loadtestGpus: Int?

    @Flag(help: "End with 4 when the run measured its generator: verdict INVALID.")
    var requireValid = false

    @Flag(help: "Real-time priority for the generator's shards (SCHED_FIFO 1), or refuse: needs ulimit -r 1 where it runs.")
    var realtime = false

    func check() throws {
        if let loadtestWarmup { try OptionValue.warmUp(loadtestWarmup, option: "--loadtest-warmup") }
        _ = try ObjectiveOptions.thresholds(threshold)
        if let slo { _ = try ObjectiveOptions.request(slo) }
        for (option, count) in [("--loadtest-replicas", loadtestReplicas), ("--loadtest-gpus", loadtestGpus)] {
            if let count { _ = try OptionValue.count(count, option: option, in: 1...ServerSize.most) }
        }
        if let loadtestMaxTokens { try OptionValue.maxTokens(loadtestMaxTokens, option: "--loadtest-max-tokens") }
        try checkConnections()
    }

    private func checkConnections() throws {
        if let loadtestHttpVersion { try OptionValue.httpVersion(loadtestHttpVersion, option: "--loadtest-http-version") }
        if let loadtestConnections { try OptionValue.connections(loadtestConnections, option: "--loadtest-connections") }
    }

    private static func objective(_ text: String) throws(ConfigurationError) -> JSON { try ObjectiveOptions.request(text) }

    private var connections: [JSON.Member] {
        func text(_ key: String, _ value: String?) -> [JSON.Member] { value.map { [.init(key, .string($0))] } ?? [] }
        func flag(_ key: String, _ value: Bool?) -> [JSON.Member] { value.map { [.init(key, .bool($0))] } ?? [] }
        return text("http_version", loadtestHttpVersion) + text("connections", loadtestConnections)
            + flag("preconnect", loadtestPreconnect) + flag("tls_resumption", loadtestTlsResumption)
    }

    /// An option wins over its variable.
    func overrides(_ environment: [String: String]) throws(ConfigurationError) -> RunOverrides {
        try RunOverrides(
            maxTokens: loadtestMaxTokens, ignoreEOS: loadtestIgnoreEos, stream: loadtestStream, promptSeed: loadtestPromptSeed,
            warmUp: loadtestWarmup, thresholds: ObjectiveOptions.thresholds(threshold), slo: slo.map(Self.objective),
            connections: connections, serverSize: ServerSize(replicas: loadtestReplicas, gpus: loadtestGpus),
            command: TypedCommand.shown(CommandLine.arguments, environment: environment)
        ).filled(from: RunEnvironment(environment))
    }
}
