// `thresholds` and `slo` of a scenario, and both on the command line. The same keys at the top of run_config.json are what a
// command line said: its thresholds come to those of the scenario, in place of them where they are of the same metric.

import Base

struct ObjectiveSettings {
    static let keys = ["thresholds", "slo"]

    var thresholds: [Threshold] = []
    var request: RequestObjective?

    init(_ group: FieldGroup, warnings: inout [String]) throws(ConfigurationError) {
        if let field = group["thresholds"] {
            let accepted = "metrics and their conditions, such as {e2e_latency_ms: [\"p(95)<2000\"]}"
            for member in try field.group(accepted).members where member.value != .null {
                let one = Field(file: field.file, path: "\(field.path).\(member.key)", value: member.value)
                guard let parts = Threshold.parts(of: member.key) else {
                    throw ConfigurationError(
                        .configuration,
                        "\(field.file): \(field.path): \(JSON.string(member.key).shown) is not accepted; expected a metric such as "
                            + "e2e_latency_ms, or its part of one prompt label, e2e_latency_ms{label:short}")
                }
                thresholds += try Self.conditions(one, of: parts, warnings: &warnings)
            }
        }
        if let field = group["slo"] { request = try Self.objective(field, warnings: &warnings) }
    }

    private static func conditions(
        _ field: Field, of parts: (metric: String, label: String?), warnings: inout [String]
    ) throws(ConfigurationError) -> [Threshold] {
        let accepted = "a list of conditions such as [\"p(95)<2000\"]"
        let elements = try field.value.text == nil ? field.elements(accepted) : [field]
        var found: [Threshold] = []
        for element in elements {
            if case .string = element.value {
                found.append(Threshold(metric: parts.metric, label: parts.label, expression: try expression(element)))
                continue
            }
            let group = try element.group("a condition such as \"p(95)<2000\", or {threshold, abortOnFail, delayAbortEval}")
            try group.requireKeys(["threshold", "abortOnFail", "delayAbortEval"])
            guard let condition = group["threshold"] else { throw group.error("threshold is missing; expected a condition") }
            let aborts = try group["abortOnFail"]?.flag() ?? false
            let delay = try group["delayAbortEval"]?.duration(
                from: .zero, DurationGrammar.accepted + ", 0 or more", warnings: &warnings)
            if delay != nil, !aborts { throw group.error("delayAbortEval is set without abortOnFail: true") }
            found.append(
                Threshold(
                    metric: parts.metric, label: parts.label, expression: try expression(condition), abortOnFail: aborts,
                    delayAbortEval: delay))
        }
        guard !found.isEmpty else { throw field.rejected(accepted) }
        return found
    }

    private static func expression(_ field: Field) throws(ConfigurationError) -> ThresholdExpression {
        guard case .string(let text) = field.value, let expression = ThresholdExpression(text) else {
            throw field.rejected(ThresholdExpression.accepted)
        }
        return expression
    }

    private static func objective(_ field: Field, warnings: inout [String]) throws(ConfigurationError) -> RequestObjective {
        let accepted = "limits of a request, such as {ttft: 500ms, tpot: 50ms, e2e: 10s}"
        let group = try field.group(accepted)
        try group.requireKeys(RequestObjective.keys.map(\.key))
        var objective = RequestObjective()
        for (key, member) in RequestObjective.keys {
            objective[keyPath: member] = try group[key]?.duration(
                from: .nanoseconds(1), DurationGrammar.accepted + ", more than 0", warnings: &warnings)
        }
        guard objective != RequestObjective() else { throw field.rejected(accepted) }
        return objective
    }
}

extension Objectives {
    /// What `above` (a command line) says on top of `below` (a scenario).
    init(_ above: ObjectiveSettings, over below: ObjectiveSettings) {
        let replaced = Set(above.thresholds.map(\.selector))
        self.init(
            thresholds: below.thresholds.filter { !replaced.contains($0.selector) } + above.thresholds,
            request: above.request ?? below.request)
    }

    /// Those of a resolved scenario as a result keeps it; none where it has none.
    package init(resolvedScenario: JSON) {
        guard case .object(let members) = resolvedScenario else {
            self.init()
            return
        }
        var warnings: [String] = []
        let settings = try? ObjectiveSettings(FieldGroup(file: "", path: "", members: members), warnings: &warnings)
        self.init(thresholds: settings?.thresholds ?? [], request: settings?.request)
    }

    /// As a scenario has them.
    var members: [JSON.Member] {
        var found: [JSON.Member] = []
        if !thresholds.isEmpty {
            var selectors: [String] = []
            for threshold in thresholds where !selectors.contains(threshold.selector) { selectors.append(threshold.selector) }
            found.append(
                .init(
                    "thresholds",
                    .object(
                        selectors.map { selector in
                            .init(selector, .array(thresholds.filter { $0.selector == selector }.map(\.member)))
                        })))
        }
        if let request {
            found.append(
                .init(
                    "slo",
                    .object(
                        RequestObjective.keys.compactMap { key, member in
                            request[keyPath: member].map { .init(key, .string(DurationGrammar.format($0))) }
                        })))
        }
        return found
    }
}

extension Threshold {
    fileprivate var member: JSON {
        guard abortOnFail else { return .string(expression.source) }
        return .object(
            [.init("threshold", .string(expression.source)), .init("abortOnFail", .bool(true))]
                + (delayAbortEval.map { [.init("delayAbortEval", .string(DurationGrammar.format($0)))] } ?? []))
    }
}
