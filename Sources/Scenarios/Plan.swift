// What a run does, fully resolved: every default applied, every value checked, nothing left to interpret. The
// generator reads only this (and the corpus); where it came from (YAML, run_config.json, flags) is not its concern.

/// Where requests go and what surrounds their bodies. The bodies themselves are the corpus's.
package struct RequestTarget: Sendable, Equatable {
    /// Absolute URL. SML concatenates the server URL and `/v1/chat/completions`.
    package var url: String
    /// Sent as `Authorization: Bearer …` to this URL's host only; never printed.
    package var apiKey: String?
    /// Extra headers in file order, name and value.
    package var headers: [Header]
    /// Deadline for one exchange: connect, TLS, redirects, headers and whole body.
    package var timeout: Duration
    /// An answer whose body is longer, decompressed, fails its request. Bytes.
    package var responseLimit: Int
    /// Answers are asked for as streams of events.
    package var streams: Bool
    package var connections: ConnectionRule

    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        url: String, apiKey: String? = nil, headers: [Header] = [], timeout: Duration = Plan.Standard.requestTimeout,
        responseLimit: Int = Plan.Standard.responseLimit, streams: Bool = false, connections: ConnectionRule = ConnectionRule()
    ) {
        self.url = url
        self.apiKey = apiKey
        self.headers = headers
        self.timeout = timeout
        self.responseLimit = responseLimit
        self.streams = streams
        self.connections = connections
    }
}

/// What a run does. Built from a run configuration, which also resolves the corpus's part (labels, tokens, order).
package struct Plan: Sendable, Equatable {
    /// SML's scenario name; tags every series.
    package var scenario: String
    package var executor: Executor
    /// How long requests in flight at the regular end may go on. k6: 30 s.
    package var gracefulStop: Duration
    /// After each request a virtual user sleeps uniformly in [0, thinkTime). Zero: no sleep.
    package var thinkTime: Duration
    /// Each virtual user sleeps uniformly in [0, thinkTime) once before its first request.
    package var initialStagger: Bool
    /// Seed of think times and staggers; separate from the prompt order's.
    package var thinkSeed: UInt64
    /// Seed of the prompt order, as SML passes it to k6's LCG (taken mod 2^32).
    package var promptSeed: Int64
    package var target: RequestTarget
    package var faults: FaultPolicy
    /// What the steady figures leave out; does not change what is sent.
    package var warmUp: WarmUpRule
    /// What the run is judged by; changes what is sent only where a threshold aborts.
    package var objectives: Objectives

    package init(
        scenario: String, executor: Executor, gracefulStop: Duration = Standard.gracefulStop, thinkTime: Duration = .zero,
        initialStagger: Bool = false, thinkSeed: UInt64 = Standard.thinkSeed, promptSeed: Int64 = Standard.promptSeed,
        target: RequestTarget,
        faults: FaultPolicy = FaultPolicy(), warmUp: WarmUpRule = .automatic, objectives: Objectives = Objectives()
    ) {
        self.scenario = scenario
        self.executor = executor
        self.gracefulStop = gracefulStop
        self.thinkTime = thinkTime
        self.initialStagger = initialStagger
        self.thinkSeed = thinkSeed
        self.promptSeed = promptSeed
        self.target = target
        self.faults = faults
        self.warmUp = warmUp
        self.objectives = objectives
    }
}

extension Plan {
    /// What a scenario gets that does not say otherwise (k6 §3.1). The executors' own defaults stand with them.
    package enum Standard {
        package static let gracefulStop = Duration.seconds(30)
        package static let thinkTime = Duration.seconds(2)
        package static let requestTimeout = Duration.seconds(120)
        package static let promptSeed: Int64 = 1
        package static let thinkSeed: UInt64 = 1
        /// Small enough that a few large answers at once do no harm, and 4,000 times a usual completion. Bytes.
        package static let responseLimit = 64 << 20
    }

    /// The latest instant at which anything of the plan can happen, from its start: the executor's duration and the
    /// graceful stop after it.
    package var longestEnd: Duration { executor.duration + gracefulStop }
}
