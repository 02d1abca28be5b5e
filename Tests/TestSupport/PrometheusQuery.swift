// Asking a Prometheus what it stored, through the HTTP API that dashboards use.

import Foundation

/// One series of a query's answer.
package struct QueriedSeries: Sendable {
    package let labels: [String: String]
    /// Time in seconds since 1970 and value as text (`+Inf`, `NaN` and all digits survive).
    package let samples: [(time: Double, value: String)]
    /// Count and sum of each native histogram.
    package let histograms: [(time: Double, count: String, sum: String)]

    package var name: String { labels["__name__"] ?? "" }
    package var lastValue: Double? { samples.last.flatMap { Double($0.value) } }
}

extension PrometheusServer {
    package struct QueryFailure: Error, CustomStringConvertible { package let description: String }

    /// Every raw sample of `selector` in the last hour, at the times they carry.
    package func samples(_ selector: String) throws -> [QueriedSeries] { try query("\(selector)[1h]") }

    /// An instant query now or at a time in seconds since 1970; of a range selector, its raw samples.
    package func query(_ expression: String, at time: Double? = nil) throws -> [QueriedSeries] {
        let instant = time.map { "&time=\($0)" } ?? ""
        let data = try get("/api/v1/query?query=\(queryEncoded(expression))\(instant)")
        let result = (data as? [String: Any])?["result"] as? [[String: Any]] ?? []
        return result.map { series in
            func points(_ one: String, _ many: String) -> [[Any]] {
                series[many] as? [[Any]] ?? (series[one] as? [Any]).map { [$0] } ?? []
            }
            func time(_ point: [Any]) -> Double { (point.first as? NSNumber)?.doubleValue ?? 0 }
            return QueriedSeries(
                labels: series["metric"] as? [String: String] ?? [:],
                samples: points("value", "values").map { (time($0), $0.last as? String ?? "") },
                histograms: points("histogram", "histograms").map { point in
                    let histogram = point.last as? [String: Any]
                    return (time(point), histogram?["count"] as? String ?? "", histogram?["sum"] as? String ?? "")
                })
        }
    }

    /// All metric names stored.
    package func metricNames() throws -> [String] {
        try get("/api/v1/label/__name__/values") as? [String] ?? []
    }

    private func get(_ path: String) throws -> Any? {
        let answer = try httpGet(port: port, path: path)
        let object = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard answer.status == 200, let object, object["status"] as? String == "success" else {
            throw QueryFailure(description: "\(path) answered \(answer.status): \(answer.text)")
        }
        return object["data"]
    }
}
