// What a metric is called here: the place of its member in a summary's `sml` object, or one word where it has none there.
// Names that code asks for stand below as constants; a metric that no code asks for needs none.

/// Name of a metric, e.g. `counts.started`.
package struct MetricName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let text: String
    package init(stringLiteral text: String) { self.text = text }

    package var description: String { text }

    /// The object of `sml` that holds it; nil for a metric that is no member of `sml`.
    package var section: String? {
        text.firstIndex(of: ".").map { String(text[..<$0]) }
    }

    /// What the member is called in its section, and in `sml.labels.*`.
    package var key: String {
        text.firstIndex(of: ".").map { String(text[text.index(after: $0)...]) } ?? text
    }
}

extension MetricName {
    package static let started: Self = "counts.started"
    package static let finished: Self = "counts.finished"
    package static let succeeded: Self = "counts.succeeded"
    package static let failed: Self = "counts.failed"
    package static let interrupted: Self = "counts.interrupted"
    package static let dropped: Self = "counts.dropped"
    package static let httpRequests: Self = "counts.http_requests"
    package static let planSeconds: Self = "rates.plan_seconds"
    package static let askedPerSecond: Self = "rates.asked_per_second"
    package static let achievedPerSecond: Self = "rates.achieved_per_second"
    package static let succeededPerSecond: Self = "rates.succeeded_per_second"
    package static let successLatency: Self = "latency.success_ms"
    package static let successFromSchedule: Self = "latency.success_from_schedule_ms"
    package static let failureLatency: Self = "latency.failure_ms"
    package static let endToEnd: Self = "latency.end_to_end_ms"
    package static let service: Self = "latency.service_ms"
    package static let fromSchedule: Self = "latency.from_schedule_ms"
    package static let failedExchanges: Self = "http_req_failed"
    package static let checks: Self = "checks"
    package static let successRate: Self = "success_rate"
    package static let promptTokens: Self = "prompt_tokens"
    package static let completionTokens: Self = "completion_tokens"
    package static let tokensPerSecond: Self = "tokens_per_second"
    package static let outputTokens: Self = "tokens.output_tokens"
    package static let inputTokens: Self = "tokens.input_tokens"
    package static let cachedTokens: Self = "tokens.cached_tokens"
    package static let reasoningTokens: Self = "tokens.reasoning_tokens"
    package static let cachedShare: Self = "tokens.cached_share"
    package static let outputPerSecond: Self = "tokens.output_per_second"
    package static let inputPerSecond: Self = "tokens.input_per_second"
    package static let totalPerSecond: Self = "tokens.total_per_second"
    package static let distinctPrompts: Self = "prompts.distinct"
    package static let repeatedFrom: Self = "prompts.repeated_from_seconds"
    package static let withoutUsage: Self = "answers.without_usage"
    package static let expectedDuration: Self = "http_req_duration_expected"
    package static let startLateness: Self = "lateness.start_ms"
    package static let interruptedAge: Self = "interrupted.age_ms"
    package static let pausedArrivals: Self = "rate_limit.paused_arrivals"
    package static let connectionsOpened: Self = "connections.opened"
    package static let newConnectionLatency: Self = "connections.first_request_ms"
    package static let connectionsOpenedAtOnce: Self = "connections.opened_in_first_second"
    package static let connectionsReused: Self = "connections.reused"
    package static let generatorSamples: Self = "generator.samples"
    package static let cpuSeconds: Self = "generator.cpu_seconds"
    package static let peakMemory: Self = "generator.peak_memory_bytes"
    package static let peakInFlight: Self = "generator.peak_in_flight"
}
