// What a scenario says about each request and user beside its executor. run_config.json holds the same keys at its top
// level, where they win over the scenario's (k6 §3.1), so one type reads both.

import Base

/// Where a request's output limit comes from.
package enum MaxTokens: Sendable, Equatable {
    /// Each corpus entry's own `max_tokens`; none there, none sent.
    case perPrompt
    case fixed(Int)
}

struct RequestSettings {
    static let keys =
        [
            "think_time", "max_tokens", "prompt_labels", "request_timeout", "ignore_eos", "initial_stagger",
            "prompt_seed", "think_seed", "warmup", "stream",
        ] + ConnectionSettings.keys

    var thinkTime: Duration?
    var maxTokens: MaxTokens?
    var promptLabels: [String]?
    var requestTimeout: Duration?
    var ignoreEOS: Bool?
    var initialStagger: Bool?
    var promptSeed: Int64?
    var thinkSeed: UInt64?
    var warmUp: WarmUpRule?
    var stream: Bool?
    var connections: ConnectionSettings

    init(_ group: FieldGroup, warnings: inout [String]) throws(ConfigurationError) {
        connections = try ConnectionSettings(group)
        thinkTime = try group["think_time"]?.seconds()
        maxTokens = try group["max_tokens"].map { (field) throws(ConfigurationError) in try Self.maxTokens(field) }
        promptLabels = try group["prompt_labels"].map { (field) throws(ConfigurationError) in try Self.labels(field) }
        requestTimeout = try group["request_timeout"]?.duration(
            from: .nanoseconds(1), DurationGrammar.accepted + ", more than 0", warnings: &warnings)
        ignoreEOS = try group["ignore_eos"]?.flag()
        initialStagger = try group["initial_stagger"]?.flag()
        stream = try group["stream"]?.flag()
        promptSeed = try group["prompt_seed"]?.promptSeed()
        thinkSeed = try group["think_seed"]
            .map { (field) throws(ConfigurationError) in
                UInt64(try field.integer(0...Int64.max, "a whole number from 0 to \(Int64.max)"))
            }
        warmUp = try group["warmup"].map { (field) throws(ConfigurationError) in
            guard case .string(let text) = field.value, let rule = WarmUpRule(text) else { throw field.rejected(WarmUpRule.accepted) }
            return rule
        }
    }

    private static func maxTokens(_ field: Field) throws(ConfigurationError) -> MaxTokens {
        if field.value == .string("prompt") { return .perPrompt }
        return .fixed(try field.integer(1...1_000_000_000, "a whole number from 1 to 1000000000, or \"prompt\""))
    }

    private static func labels(_ field: Field) throws(ConfigurationError) -> [String] {
        let accepted = "a list of labels such as [\"short\", \"medium\"]"
        var labels: [String] = []
        for element in try field.elements(accepted) {
            switch element.value {
            case .string(let text): labels.append(text)
            case .number(let text): labels.append(JSONText.javaScriptNumber(text) ?? text)
            case .bool(let flag): labels.append(flag ? "true" : "false")
            default: throw element.rejected("a label: text, a number or true/false")
            }
        }
        return labels
    }
}
