// The resolved plan as the summary and the records file show it: seconds instead of clock types, header names
// without their values, no API key.

import Base
import Scenarios

/// A ``Plan`` for readers. Durations are seconds.
package struct PlanDescription: Codable, Sendable, Equatable {
    package struct Stage: Codable, Sendable, Equatable {
        package var durationSeconds: Double
        package var target: Int
    }

    package var executor: String
    package var durationSeconds: Double
    package var gracefulStopSeconds: Double
    package var maxVUs: Int
    /// constant-vus.
    package var vus: Int?
    /// ramping-vus.
    package var startVUs: Int?
    package var gracefulRampDownSeconds: Double?
    /// The arrival-rate executors.
    package var rate: Int?
    package var startRate: Int?
    package var timeUnitSeconds: Double?
    package var preAllocatedVUs: Int?
    /// The ramping executors.
    package var stages: [Stage]?
    package var thinkTimeSeconds: Double
    package var initialStagger: Bool
    package var requestTimeoutSeconds: Double
    package var thinkSeed: UInt64
    package var promptSeed: Int64
    /// Names of the extra headers; values may be secret.
    package var headerNames: [String]
    /// Whether an API key was sent.
    package var authorized: Bool

    package init(_ plan: Plan) {
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
