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

    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        url: String, apiKey: String? = nil, headers: [Header] = [], timeout: Duration = .seconds(120),
        responseLimit: Int = 64 << 20
    ) {
        self.url = url
        self.apiKey = apiKey
        self.headers = headers
        self.timeout = timeout
        self.responseLimit = responseLimit
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

    package init(
        scenario: String, executor: Executor, gracefulStop: Duration = .seconds(30), thinkTime: Duration = .zero,
        initialStagger: Bool = false, thinkSeed: UInt64 = 1, promptSeed: Int64 = 1, target: RequestTarget,
        faults: FaultPolicy = FaultPolicy()
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
    }
}
