// The document SML's k6 script wrote in handleSummary (k6 §8.1, schema A). Its numbers are texts made by JavaScript.

import Base

enum K6HandleSummaryWriter {
    /// Its members in the order written.
    static let keys = ["scenario", "thresholds", "latency", "latency_by_label", "throughput", "tokens"]

    static func members(_ result: RunResult) -> [(String, JSON)] {
        let latency = result.metrics.trend(.endToEnd)
        func text(_ milliseconds: Double?) -> JSON {
            .string(milliseconds.map { Format.fixed($0, 0) + "ms" } ?? "n/a")
        }
        func average(_ name: MetricName) -> JSON { .string(Format.fixed(result.metrics.trend(name)?.avg ?? 0, 1)) }
        return [
            ("scenario", .string(result.scenario)),
            // SML's script defines none, so that k6 would have none here; of ours each metric as k6 hands it to a script.
            ("thresholds", .array(result.thresholdsByMetric.map(thresholds))),
            (
                "latency",
                .object([("e2e_p50", text(latency?.med)), ("e2e_p95", text(latency?.p95)), ("e2e_p99", text(latency?.p99))])
            ),
            ("latency_by_label", .object([])),
            (
                "throughput",
                .object([
                    ("total_requests", .count(result.metrics.count(.httpRequests))),
                    ("req_per_sec", .string(Format.fixed(result.rate(.httpRequests), 2))),
                    ("success_rate", .string(Format.fixed((result.metrics.rate(.successRate)?.value ?? 0) * 100, 1) + "%")),
                    ("error_count", .count(result.metrics.count(.failed))),
                ])
            ),
            (
                "tokens",
                .object([
                    ("avg_completion_tokens", average(.completionTokens)), ("avg_tokens_per_second", average(.tokensPerSecond)),
                ])
            ),
        ]
    }

    private static func thresholds(_ metric: (selector: String, thresholds: [ThresholdResult])) -> JSON {
        .object([
            ("metric", .string(metric.selector)),
            ("thresholds", .object(metric.thresholds.map { ($0.condition, .object([("ok", .bool($0.isMet))])) })),
        ])
    }
}
