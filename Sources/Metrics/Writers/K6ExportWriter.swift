// The document k6 wrote for --summary-export (k6 §8.1, schema B): every metric that has a sample, by its kind. Times
// are milliseconds here, while the series of the same names are seconds.

import Base

enum K6ExportWriter {
    static func members(_ result: RunResult) -> [(String, JSON)] {
        [("root_group", rootGroup(result)), ("metrics", .object(metrics(result)))]
    }

    /// The ids are MD5 sums of the paths, constants as there are no groups.
    private static let checkIDs = [
        RunResult.Check.status: "fad9fa412b86fcb03bee97c80dcd61f1", RunResult.Check.choices: "e18d43162f07f4850aeb1a8317f3b838",
    ]

    private static func rootGroup(_ result: RunResult) -> JSON {
        let checks = result.checks.map { check -> (String, JSON) in
            (
                check.name,
                .object([
                    ("name", .string(check.name)), ("path", .string("::" + check.name)), ("id", .string(checkIDs[check.name] ?? "")),
                    ("passes", .count(check.rate.passes)), ("fails", .count(check.rate.fails)),
                ])
            )
        }
        return .object([
            ("name", .string("")), ("path", .string("")), ("id", .string("d41d8cd98f00b204e9800998ecf8427e")),
            ("groups", .object([])), ("checks", .object(checks)),
        ])
    }

    private static func metrics(_ result: RunResult) -> [(String, JSON)] {
        Catalog.k6.compactMap { metric in
            guard let name = metric.k6, let value = result.metrics[metric.name] else { return nil }
            switch value {
            case .count(let total):
                // k6 has the bytes as soon as anything started, cut off or not.
                let isThere = metric.presence == .whenARequestStarted ? result.metrics.count(.started) > 0 : total > 0
                guard isThere else { return nil }
                return (name, .object([("count", .count(total)), ("rate", .double(result.rate(metric.name)))]))
            case .number(let number): return (name, .object([("value", .double(number))]))
            case .rate(let rate):
                return (
                    name, .object([("value", .double(rate.value)), ("passes", .count(rate.passes)), ("fails", .count(rate.fails))])
                )
            case .gauge(let gauge):
                return (
                    name, .object([("value", .double(gauge.value)), ("min", .double(gauge.min)), ("max", .double(gauge.max))])
                )
            case .trend(let trend):
                return (name, .object(statistics.map { ($0.name, JSON(trend[keyPath: $0.member])) }))
            }
        }
    }

    /// What k6 calls the statistics of a trend, in its order.
    static let statistics: [TrendValue.Statistic] = [
        ("min", \.min), ("med", \.med), ("avg", \.avg), ("p(90)", \.p90), ("p(95)", \.p95), ("p(99)", \.p99), ("max", \.max),
    ]
}
