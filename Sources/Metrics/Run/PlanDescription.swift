// The resolved plan as the summary and the records file show it: seconds instead of clock types, header names
// without their values, no API key.

import Scenarios

/// A ``Plan`` for readers. Durations are seconds.
public struct PlanDescription: Codable, Sendable, Equatable {
    public struct Stage: Codable, Sendable, Equatable {
        public var durationSeconds: Double
        public var target: Int
    }

    public var executor: String
    public var durationSeconds: Double
    public var gracefulStopSeconds: Double
    public var maxVUs: Int
    /// constant-vus.
    public var vus: Int?
    /// ramping-vus.
    public var startVUs: Int?
    public var gracefulRampDownSeconds: Double?
    /// The arrival-rate executors.
    public var rate: Int?
    public var startRate: Int?
    public var timeUnitSeconds: Double?
    public var preAllocatedVUs: Int?
    /// The ramping executors.
    public var stages: [Stage]?
    public var thinkTimeSeconds: Double
    public var initialStagger: Bool
    public var requestTimeoutSeconds: Double
    public var thinkSeed: UInt64
    public var promptSeed: Int64
    /// Names of the extra headers; values may be secret.
    public var headerNames: [String]
    /// Whether an API key was sent.
    public var authorized: Bool

    public init(_ plan: Plan) {
        executor = plan.executor.name
        durationSeconds = plan.executor.duration.inSeconds
        gracefulStopSeconds = plan.gracefulStop.inSeconds
        maxVUs = plan.executor.maxVUs
        thinkTimeSeconds = plan.thinkTime.inSeconds
        initialStagger = plan.initialStagger
        requestTimeoutSeconds = plan.target.timeout.inSeconds
        thinkSeed = plan.thinkSeed
        promptSeed = plan.promptSeed
        headerNames = plan.target.headers.map(\.name)
        authorized = !(plan.target.apiKey ?? "").isEmpty
        switch plan.executor {
        case .constantVUs(let vus, _):
            self.vus = vus
        case .rampingVUs(let start, let stages, let rampDown):
            startVUs = start
            gracefulRampDownSeconds = rampDown.inSeconds
            self.stages = stages.map { Stage(durationSeconds: $0.duration.inSeconds, target: $0.target) }
        case .constantArrivalRate(let rate, let timeUnit, _, let preAllocated, _):
            self.rate = rate
            timeUnitSeconds = timeUnit.inSeconds
            preAllocatedVUs = preAllocated
        case .rampingArrivalRate(let start, let timeUnit, let stages, let preAllocated, _):
            startRate = start
            timeUnitSeconds = timeUnit.inSeconds
            preAllocatedVUs = preAllocated
            self.stages = stages.map { Stage(durationSeconds: $0.duration.inSeconds, target: $0.target) }
        }
    }
}
