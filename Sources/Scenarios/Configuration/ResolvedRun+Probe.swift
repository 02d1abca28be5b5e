// One probe of a search for a server's capacity: the plan of the configuration with the load that the search asks for. Arrivals and
// think times are drawn anew, since a confirmation needs fresh data; prompts go on where the probe before ended.

import Base

/// A load that is tried.
package struct CapacityLoad: Sendable, Equatable {
    /// From 1.
    package var number: Int
    /// Arrivals per second, or users.
    package var load: Double
    /// At the start, and after that.
    package var warmUp, measured: Duration
    /// Prompts that earlier probes have sent.
    package var promptsBefore: Int

    package init(number: Int, load: Double, warmUp: Duration, measured: Duration, promptsBefore: Int) {
        self.number = number
        self.load = load
        self.warmUp = warmUp
        self.measured = measured
        self.promptsBefore = promptsBefore
    }
}

extension ResolvedRun {
    /// This run with `load` and the objectives that it is judged by; no threshold ends it.
    package func probing(_ load: CapacityLoad, objectives: [Threshold]) throws(ConfigurationError) -> ResolvedRun {
        var run = self
        let offset = load.number - 1
        run.plan.executor = try plan.executor.reseeded(by: offset).steady(at: load.load, lasting: load.warmUp + load.measured)
        run.plan.thinkSeed = (plan.thinkSeed &+ UInt64(offset)) & UInt64(Int64.max)
        run.seeds = Seeds(prompt: plan.promptSeed, think: run.plan.thinkSeed)
        run.plan.warmUp = .fixed(load.warmUp)
        run.plan.objectives.thresholds = objectives
        run.runLabel = CapacityFile.named(runLabel ?? plan.scenario, probe: load.number)
        return run
    }
}

extension Plan {
    /// What a load must meet: the thresholds, a share of good requests where only limits of single requests were given, and, unless
    /// something says so already, that requests succeed: a server that fails at once must not count as a fast one.
    ///
    /// - Throws: ``ConfigurationError`` without any, and for conditions that no load can be confirmed to meet.
    package func capacityObjectives() throws(ConfigurationError) -> (asked: [Threshold], implied: [Threshold]) {
        var asked = objectives.thresholds.map { threshold in
            var threshold = threshold
            (threshold.abortOnFail, threshold.delayAbortEval) = (false, nil)
            return threshold
        }
        if objectives.request != nil, !asked.contains(where: { $0.metric.hasPrefix("goodput") }) {
            asked.append(Threshold(metric: "goodput.share", expression: Self.goodShare))
        }
        guard !asked.isEmpty else {
            throw ConfigurationError(
                .usage,
                "there is nothing that the server must come up to; give --threshold 'e2e_latency_ms: p(95)<2000' or --slo e2e=10s, or "
                    + "thresholds in the scenario")
        }
        for threshold in asked where !threshold.expression.isEstimate {
            throw ConfigurationError(
                .configuration,
                "thresholds: \(threshold.selector): \(threshold.expression.source): no load can be confirmed to meet this; expected p(N), med, "
                    + "avg, or rate of a share, with <, <=, > or >=")
        }
        let isCovered = asked.contains { threshold in Self.sayingSuccess.contains { threshold.metric.hasPrefix($0) } }
        return (asked, isCovered ? [] : [Threshold(metric: "success_rate", expression: Self.succeeded)])
    }

    private static let sayingSuccess = ["success_rate", "goodput", "http_req_failed", "checks"]
    private static let goodShare = known("rate>=0.95")
    private static let succeeded = known("rate>=0.99")

    private static func known(_ text: String) -> ThresholdExpression {
        guard let expression = ThresholdExpression(text) else { preconditionFailure(text) }
        return expression
    }
}

extension ThresholdExpression {
    /// Whether it is about something that has an interval, on one side of its limit.
    fileprivate var isEstimate: Bool {
        switch comparison {
        case .strictlyEqual, .equal, .notEqual: return false
        case .less, .lessEqual, .greater, .greaterEqual: break
        }
        switch aggregation {
        case .percentile(let percent): return percent > 0 && percent < 100
        case .med, .avg, .rate: return true
        case .count, .value, .min, .max: return false
        }
    }
}
