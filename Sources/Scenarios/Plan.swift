// What a run does, fully resolved: every default applied, every value checked, nothing left to interpret. The
// generator reads only this (and the corpus); where it came from (YAML, run_config.json, flags) is not its concern.

/// A straight line from the previous target to `target` (k6's stage). A zero duration is a jump.
package struct Stage: Sendable, Equatable {
    package var duration: Duration
    /// Virtual users, or arrivals per time unit.
    package var target: Int

    package init(duration: Duration, target: Int) {
        self.duration = duration
        self.target = target
    }
}

/// How load is applied over time; k6's four executors under their k6 names.
package enum Executor: Sendable, Equatable {
    /// `constant-vus`: a fixed number of users, each sending its next request when the last is done (closed loop).
    case constantVUs(vus: Int, duration: Duration)
    /// `ramping-vus`: the number of users follows a line through the stages (closed loop).
    case rampingVUs(startVUs: Int, stages: [Stage], gracefulRampDown: Duration)
    /// `constant-arrival-rate`: requests start at fixed instants whatever the server does (open loop).
    case constantArrivalRate(rate: Int, timeUnit: Duration, duration: Duration, preAllocatedVUs: Int, maxVUs: Int)
    /// `ramping-arrival-rate`: the arrival rate follows a line through the stages (open loop).
    case rampingArrivalRate(startRate: Int, timeUnit: Duration, stages: [Stage], preAllocatedVUs: Int, maxVUs: Int)

    /// The name in a scenario file.
    package var name: String {
        switch self {
        case .constantVUs: "constant-vus"
        case .rampingVUs: "ramping-vus"
        case .constantArrivalRate: "constant-arrival-rate"
        case .rampingArrivalRate: "ramping-arrival-rate"
        }
    }

    /// The regular end: the duration or the sum of the stages. No iteration starts after it.
    package var duration: Duration {
        switch self {
        case .constantVUs(_, let duration), .constantArrivalRate(_, _, let duration, _, _): duration
        case .rampingVUs(_, let stages, _), .rampingArrivalRate(_, _, let stages, _, _):
            stages.reduce(.zero) { $0 + $1.duration }
        }
    }

    /// The most virtual users that can be active at once.
    package var maxVUs: Int {
        switch self {
        case .constantVUs(let vus, _): vus
        case .rampingVUs(let start, let stages, _): stages.reduce(start) { max($0, $1.target) }
        case .constantArrivalRate(_, _, _, _, let maxVUs), .rampingArrivalRate(_, _, _, _, let maxVUs): maxVUs
        }
    }
}

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
