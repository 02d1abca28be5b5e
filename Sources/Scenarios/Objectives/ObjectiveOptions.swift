// Objectives as a command line has them: `--threshold 'e2e_latency_ms: p(95)<2000'` and `--slo ttft=500ms,e2e=10s`. They become
// the members that a scenario has, so that one reader checks both.

import Base

package enum ObjectiveOptions {
    /// The member `thresholds` of those options; nil without any.
    ///
    /// - Throws: ``ConfigurationError`` (64) that names the option.
    package static func thresholds(_ options: [String], option: String = "--threshold") throws(ConfigurationError) -> JSON? {
        var members: [JSON.Member] = []
        for text in options {
            guard let (selector, condition) = split(text), Threshold.parts(of: selector) != nil, ThresholdExpression(condition) != nil
            else {
                throw rejected(text, option, "METRIC: CONDITION, such as 'e2e_latency_ms: p(95)<2000' or 'ttft_ms{label:short}: avg<500'")
            }
            if let index = members.firstIndex(where: { $0.key == selector }) {
                members[index].value = .array(members[index].value.elements + [.string(condition)])
            } else {
                members.append(.init(selector, .array([.string(condition)])))
            }
        }
        return members.isEmpty ? nil : .object(members)
    }

    /// The colon that ends the metric is the first one outside of braces.
    private static func split(_ text: String) -> (String, String)? {
        var isInside = false
        for index in text.indices {
            switch text[index] {
            case "{": isInside = true
            case "}": isInside = false
            case ":" where !isInside:
                return (text[..<index].trimmingBlanks, text[text.index(after: index)...].trimmingBlanks)
            default: break
            }
        }
        return nil
    }

    /// The member `slo` of that option.
    ///
    /// - Throws: ``ConfigurationError`` (64) that names the option.
    package static func request(_ text: String, option: String = "--slo") throws(ConfigurationError) -> JSON {
        var members: [JSON.Member] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmingBlanks)
            guard pair.count == 2, RequestObjective.keys.contains(where: { $0.key == pair[0] }),
                !members.contains(where: { $0.key == pair[0] }),
                let parsed = DurationGrammar.parse(pair[1]), !parsed.isBareNumber, parsed.duration > .zero
            else { throw rejected(text, option, "ttft, tpot or e2e with a time each, such as ttft=500ms,tpot=50ms,e2e=10s") }
            members.append(.init(pair[0], .string(pair[1])))
        }
        return .object(members)
    }

    private static func rejected(_ text: String, _ option: String, _ accepted: String) -> ConfigurationError {
        ConfigurationError(.usage, "\(option): \(JSON.string(text).shown) is not accepted; expected \(accepted)")
    }
}
