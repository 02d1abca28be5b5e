// What a run must come up to, as k6's `thresholds` have it: conditions on a metric, or on the part of it with one prompt label.
// Which metrics there are is the business of whoever measures; here it is a name.

import Base

/// One condition on one metric.
package struct Threshold: Sendable, Equatable {
    /// Of the metric, without a label.
    package var metric: String
    /// Only requests of that prompt label; nil for all.
    package var label: String?
    package var expression: ThresholdExpression
    /// Whether a run ends as soon as this is not met.
    package var abortOnFail: Bool
    /// Before this much of the run nothing is aborted; nil for never to wait.
    package var delayAbortEval: Duration?

    package init(
        metric: String, label: String? = nil, expression: ThresholdExpression, abortOnFail: Bool = false, delayAbortEval: Duration? = nil
    ) {
        self.metric = metric
        self.label = label
        self.expression = expression
        self.abortOnFail = abortOnFail
        self.delayAbortEval = delayAbortEval
    }

    /// `e2e_latency_ms{label:short}`: what k6 calls the metric and its part.
    package var selector: String { label.map { "\(metric){label:\($0)}" } ?? metric }

    /// Metric and label of a selector; nil for what is none.
    package static func parts(of selector: String) -> (metric: String, label: String?)? {
        guard let brace = selector.firstIndex(of: "{") else {
            return selector.isEmpty || selector.contains("}") ? nil : (selector, nil)
        }
        let metric = selector[..<brace].trimmingBlanks
        guard !metric.isEmpty, selector.last == "}" else { return nil }
        let pair = selector[selector.index(after: brace)...].dropLast().split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        // k6 has the one metric by another tag: a name of its own here.
        if pair.count == 2, unquoted(pair[0]) == "expected_response" { return (selector, nil) }
        guard pair.count == 2, unquoted(pair[0]) == "label", !unquoted(pair[1]).isEmpty else { return nil }
        return (metric, unquoted(pair[1]))
    }

    /// k6 takes blanks and quotes off both parts of a tag.
    private static func unquoted(_ text: Substring) -> String {
        let inner = text.trimmingBlanks
        guard inner.count >= 2, let quote = inner.first, quote == "\"" || quote == "'", inner.last == quote else { return inner }
        return String(inner.dropFirst().dropLast())
    }
}

/// What a single request must come up to, to count as good (`slo`). At least one of them is set.
package struct RequestObjective: Sendable, Equatable {
    /// Time to the first token, of streams.
    package var firstToken: Duration?
    /// Per token after the first, of streams.
    package var perToken: Duration?
    /// From started to the end.
    package var endToEnd: Duration?

    package init(firstToken: Duration? = nil, perToken: Duration? = nil, endToEnd: Duration? = nil) {
        self.firstToken = firstToken
        self.perToken = perToken
        self.endToEnd = endToEnd
    }

    /// Key in a scenario and the member it sets, in the order of a request.
    static let keys: [(key: String, member: WritableKeyPath<RequestObjective, Duration?> & Sendable)] = [
        ("ttft", \.firstToken), ("tpot", \.perToken), ("e2e", \.endToEnd),
    ]

    /// `ttft 500ms, e2e 10s`.
    package var text: String {
        Self.keys.compactMap { key, member in self[keyPath: member].map { "\(key) \(DurationGrammar.format($0))" } }.joined(separator: ", ")
    }

    package var needsStreams: Bool { firstToken != nil || perToken != nil }
}

/// All that a run is to be judged by.
package struct Objectives: Sendable, Equatable {
    package var thresholds: [Threshold]
    package var request: RequestObjective?

    package init(thresholds: [Threshold] = [], request: RequestObjective? = nil) {
        self.thresholds = thresholds
        self.request = request
    }

    package var isEmpty: Bool { thresholds.isEmpty && request == nil }
}
