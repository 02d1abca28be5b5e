// The document SML's k6 script wrote in handleSummary (k6 §8.1, schema A). Its numbers are texts made by JavaScript.

enum HandleSummarySection {
    /// Its members in the order written.
    static let keys = ["scenario", "thresholds", "latency", "latency_by_label", "throughput", "tokens"]

    static func members(_ inputs: SummaryInputs) -> [(String, JSON)] {
        let run = inputs.statistics
        let percentiles = inputs.latency.percentiles([50, 95, 99])
        func latency(_ value: Double) -> JSON {
            .string(inputs.latency.isEmpty ? "n/a" : Format.fixed(value, 0) + "ms")
        }
        return [
            ("scenario", .string(inputs.context.scenario)),
            // SML's script defines none, and without thresholds k6 has no metrics by label: both are always empty.
            ("thresholds", .array([])),
            (
                "latency",
                .object([
                    ("e2e_p50", latency(percentiles[0])), ("e2e_p95", latency(percentiles[1])),
                    ("e2e_p99", latency(percentiles[2])),
                ])
            ),
            ("latency_by_label", .object([])),
            (
                "throughput",
                .object([
                    ("total_requests", .int(Int64(run.requests.total))),
                    ("req_per_sec", .string(Format.fixed(run.requests.rate(overSeconds: inputs.seconds), 2))),
                    ("success_rate", .string(Format.fixed(run.success.value * 100, 1) + "%")),
                    ("error_count", .int(Int64(run.requestErrors))),
                ])
            ),
            (
                "tokens",
                .object([
                    ("avg_completion_tokens", .string(Format.fixed(inputs.completionTokens.average, 1))),
                    ("avg_tokens_per_second", .string(Format.fixed(inputs.tokensPerSecond.average, 1))),
                ])
            ),
        ]
    }
}
