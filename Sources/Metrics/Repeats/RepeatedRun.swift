// One of several runs of a plan, as far as the others are compared with it: how it ended, whether its figures count, and the
// figures of its steady window that its own first screen shows.

import Base
import Generator
import Statistics

package struct RepeatedRun: Sendable, Equatable {
    /// From 1.
    package var number: Int
    /// Where its summary is, as seen from the combined document.
    package var summary: String
    package var runLabel: String
    package var started: String
    package var outcome: RunOutcome.Kind
    package var reason: String?
    /// Nil when there was nothing to judge by.
    package var verdict: GeneratorVerdict?
    package var isOverloaded: Bool
    package var promptSeed: Int64?
    package var thinkSeed: UInt64?
    package var arrivalSeed: Int?
    package var succeeded, failed: UInt64
    /// Milliseconds, by percentile.
    package var latency: [Double: Double]
    package var requestsPerSecond: Double
    /// Nil when no answer said how many tokens it had.
    package var tokensPerSecond: Double?
    /// 0…1 of the whole run; nil when nothing ended.
    package var successRate: Double?

    package init(number: Int, summary: String, result: RunResult) {
        self.number = number
        self.summary = summary
        runLabel = result.run?.runLabel ?? ""
        started = result.outcome?.started ?? ""
        outcome = result.outcome?.kind ?? .interrupted
        reason = result.outcome?.reason
        let certainty = result.certainty
        verdict = certainty?.verdict?.run
        isOverloaded = certainty?.overload != nil
        promptSeed = result.run?.plan.promptSeed
        thinkSeed = result.run?.plan.thinkSeed
        if case .whole(let seed)? = result.run?.plan.parameters["arrivalSeed"] { arrivalSeed = seed }
        failed = result.metrics.count(.failed)
        succeeded = result.metrics.count(.finished) - min(result.metrics.count(.finished), failed)
        latency = Dictionary((certainty?.headline.latency ?? []).map { ($0.p, $0.figure.value) }, uniquingKeysWith: { first, _ in first })
        requestsPerSecond = certainty?.headline.requestsPerSecond.value ?? 0
        tokensPerSecond = result.metrics.number(.outputPerSecond) == nil ? nil : certainty?.headline.tokensPerSecond.value
        successRate = certainty?.full.successRate?.value
    }

    /// For a log: `VALID, 100.00 % succeeded, p95 285 ms, 5,120 output tokens/s`.
    package var line: String {
        var parts = [verdict?.level.name ?? "too short for a verdict"]
        if isOverloaded { parts.append("OVERLOADED") }
        if let successRate { parts.append("\(Format.fixed(100 * successRate, 2)) % succeeded") }
        if let p95 = latency[0.95] { parts.append("p95 \(Format.measure(p95)) ms") }
        if let tokensPerSecond { parts.append("\(Format.measure(tokensPerSecond)) output tokens/s") }
        return parts.joined(separator: ", ")
    }

    /// Why its figures are not taken into those between runs; nil when they are.
    package var isLeftOut: String? {
        if outcome != .completed { return "it was \(outcome.rawValue)" + (reason.map { " (\($0))" } ?? "") }
        if verdict?.level == .invalid { return "its verdict is INVALID: it measured its generator" }
        return latency.isEmpty ? "no request succeeded" : nil
    }
}
