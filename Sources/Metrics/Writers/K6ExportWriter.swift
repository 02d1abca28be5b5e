// The document k6 wrote for --summary-export (k6 §8.1, schema B): every metric that has a sample, by its kind. Times
// are milliseconds here, while the series of the same names are seconds.

import Base
import Scenarios

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
        let usual = Catalog.k6.compactMap { metric -> (String, JSON)? in
            guard let name = metric.k6, let value = result.metrics[metric.name] else { return nil }
            // k6 has the bytes as soon as anything started, cut off or not.
            if case .count(let total) = value, metric.presence == .whenARequestStarted ? result.metrics.count(.started) == 0 : total == 0 {
                return nil
            }
            return (name, .object(members(value, seconds: result.seconds) + thresholds(name, result)))
        }
        // Parts of a metric, and metrics of ours, are there for their thresholds only, as in k6.
        let further = result.thresholdsByMetric.map(\.selector).filter { selector in !usual.contains { $0.0 == selector } }
        return usual
            + further.compactMap { selector in
                value(selector, result).map { (selector, .object(members($0, seconds: result.seconds) + thresholds(selector, result))) }
            }
    }

    private static func members(_ value: MetricValue, seconds: Double) -> [(String, JSON)] {
        switch value {
        case .count(let total): [("count", .count(total)), ("rate", .double(seconds > 0 ? Double(total) / seconds : 0))]
        case .number(let number): [("value", .double(number))]
        case .rate(let rate): [("value", .double(rate.value)), ("passes", .count(rate.passes)), ("fails", .count(rate.fails))]
        case .gauge(let gauge): [("value", .double(gauge.value)), ("min", .double(gauge.min)), ("max", .double(gauge.max))]
        case .trend(let trend): statistics.map { ($0.name, JSON(trend[keyPath: $0.member])) }
        }
    }

    /// k6's booleans say whether the threshold was crossed.
    private static func thresholds(_ selector: String, _ result: RunResult) -> [(String, JSON)] {
        let found = result.thresholds.filter { $0.selector == selector }
        return found.isEmpty ? [] : [("thresholds", .object(found.map { ($0.condition, .bool(!$0.isMet)) }))]
    }

    private static func value(_ selector: String, _ result: RunResult) -> MetricValue? {
        guard let (name, label) = Threshold.parts(of: selector), let metric = Catalog.metric(called: name) else { return nil }
        return label.map { result.label($0)?.metrics[metric.name] } ?? result.metrics[metric.name]
    }

    /// What k6 calls the statistics of a trend, in its order.
    static let statistics: [TrendValue.Statistic] = [
        ("min", \.min), ("med", \.med), ("avg", \.avg), ("p(90)", \.p90), ("p(95)", \.p95), ("p(99)", \.p99), ("max", \.max),
    ]
}
