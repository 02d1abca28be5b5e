// The resolved plan as the summary and the records file show it: seconds instead of clock types, header names
// without their values, no API key.

import Base
import Scenarios

/// A ``Plan`` for readers. Durations are seconds.
package struct PlanDescription: Sendable, Equatable {
    package struct Stage: Codable, Sendable, Equatable {
        package var durationSeconds: Double
        package var target: Int
    }

    package enum Parameter: Sendable, Equatable {
        case whole(Int)
        case seconds(Double)
        case stages([Stage])
    }

    package var executor: String
    package var durationSeconds: Double
    package var gracefulStopSeconds: Double
    package var maxVUs: Int
    /// The executor's own values, under its keys; those that are durations have a name that ends in `Seconds`.
    package var parameters: [String: Parameter]
    package var thinkTimeSeconds: Double
    package var initialStagger: Bool
    package var requestTimeoutSeconds: Double
    package var thinkSeed: UInt64
    package var promptSeed: Int64
    /// Names of the extra headers; values may be secret.
    package var headerNames: [String]
    /// Whether an API key was sent.
    package var authorized: Bool
    /// Answers were asked for as streams; false in records of before that could be.
    package var streams: Bool

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
        streams = plan.target.streams
        parameters = [:]
        for parameter in plan.executor.parameters {
            switch parameter.value {
            case .whole(let number): parameters[parameter.key] = .whole(number)
            case .duration(let duration): parameters[parameter.key + Self.seconds] = .seconds(duration.inSeconds)
            case .stages(let stages):
                parameters[parameter.key] = .stages(
                    stages.map { Stage(durationSeconds: $0.duration.inSeconds, target: $0.target) })
            }
        }
        for key in Key.allCases { parameters[key.rawValue] = nil }
        if case .fixed(let duration) = plan.warmUp { parameters[Self.warmUpKey] = .seconds(duration.inSeconds) }
    }

    private static let seconds = "Seconds"
    /// 0 for nothing; absent where a rule decides.
    static let warmUpKey = "warmupSeconds"
}

extension PlanDescription: Codable {
    /// What every executor has.
    private enum Key: String, CodingKey, CaseIterable {
        case executor, durationSeconds, gracefulStopSeconds, maxVUs, thinkTimeSeconds, initialStagger
        case requestTimeoutSeconds, thinkSeed, promptSeed, headerNames, authorized, streams
    }

    /// Any other.
    private struct ParameterKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        executor = try members.decode(String.self, forKey: .executor)
        durationSeconds = try members.decode(Double.self, forKey: .durationSeconds)
        gracefulStopSeconds = try members.decode(Double.self, forKey: .gracefulStopSeconds)
        maxVUs = try members.decode(Int.self, forKey: .maxVUs)
        thinkTimeSeconds = try members.decode(Double.self, forKey: .thinkTimeSeconds)
        initialStagger = try members.decode(Bool.self, forKey: .initialStagger)
        requestTimeoutSeconds = try members.decode(Double.self, forKey: .requestTimeoutSeconds)
        thinkSeed = try members.decode(UInt64.self, forKey: .thinkSeed)
        promptSeed = try members.decode(Int64.self, forKey: .promptSeed)
        headerNames = try members.decode([String].self, forKey: .headerNames)
        authorized = try members.decode(Bool.self, forKey: .authorized)
        streams = try members.decodeIfPresent(Bool.self, forKey: .streams) ?? false
        parameters = [:]
        let others = try decoder.container(keyedBy: ParameterKey.self)
        for key in others.allKeys where Key(rawValue: key.stringValue) == nil {
            if key.stringValue.hasSuffix(Self.seconds) {
                parameters[key.stringValue] = try others.decodeIfPresent(Double.self, forKey: key).map { .seconds($0) }
            } else if let number = try? others.decodeIfPresent(Int.self, forKey: key) {
                parameters[key.stringValue] = .whole(number)
            } else {
                parameters[key.stringValue] = try others.decodeIfPresent([Stage].self, forKey: key).map { .stages($0) }
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        try members.encode(executor, forKey: .executor)
        try members.encode(durationSeconds, forKey: .durationSeconds)
        try members.encode(gracefulStopSeconds, forKey: .gracefulStopSeconds)
        try members.encode(maxVUs, forKey: .maxVUs)
        try members.encode(thinkTimeSeconds, forKey: .thinkTimeSeconds)
        try members.encode(initialStagger, forKey: .initialStagger)
        try members.encode(requestTimeoutSeconds, forKey: .requestTimeoutSeconds)
        try members.encode(thinkSeed, forKey: .thinkSeed)
        try members.encode(promptSeed, forKey: .promptSeed)
        try members.encode(headerNames, forKey: .headerNames)
        try members.encode(authorized, forKey: .authorized)
        try members.encode(streams, forKey: .streams)
        var others = encoder.container(keyedBy: ParameterKey.self)
        for (key, parameter) in parameters {
            let key = ParameterKey(stringValue: key)
            switch parameter {
            case .whole(let number): try others.encode(number, forKey: key)
            case .seconds(let seconds): try others.encode(seconds, forKey: key)
            case .stages(let stages): try others.encode(stages, forKey: key)
            }
        }
    }
}
