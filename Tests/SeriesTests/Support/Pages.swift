// The repository's own pages as tests read them.

import Foundation

enum Pages {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Names in the first column of the tables of docs/METRICS.md that start with one of `prefixes`; `{stat}` stands
    /// for the seven statistics.
    static func documented(_ prefixes: [String]) throws -> Set<String> {
        let names = try String(contentsOf: root.appending(path: "docs/METRICS.md"), encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix("| `") }
            .flatMap { $0.dropFirst(2).prefix { $0 != "|" }.split(separator: "`").map(String.init) }
            .filter { name in prefixes.contains { name.hasPrefix($0) } }
        return Set(
            names.flatMap { name in
                name.hasSuffix("{stat}")
                    ? ["min", "avg", "med", "p90", "p95", "p99", "max"].map { name.replacing("{stat}", with: $0) } : [name]
            })
    }

    struct Query {
        let panel: String
        let legend: String
        let expression: String
    }

    /// Every query of the dashboard, its variables replaced by what "All" or a choice of `runLabel` gives.
    static func dashboardQueries(runLabel: String) throws -> (panels: Int, queries: [Query]) {
        try queries(
            of: "sml-loadtest",
            [
                ("$scenario", ".*"), ("$run_label", runLabel), ("$model", ".*"), ("$label", ".*"), ("$arm", ".*"),
                ("$__rate_interval", "1m"), ("$__range", "5m"),
            ])
    }

    /// Every query of the dashboard of two runs.
    static func comparisonQueries(a: String, b: String) throws -> [Query] {
        try queries(
            of: "sml-loadtest-compare",
            [
                ("$scenario", ".*"), ("$run_a", a), ("$run_b", b), ("$model", ".*"), ("$arm_a", ".*"), ("$arm_b", ".*"),
                ("$__rate_interval", "1m"), ("$__range", "5m"),
            ]
        ).queries
    }

    private static func queries(of name: String, _ variables: [(String, String)]) throws -> (panels: Int, queries: [Query]) {
        let data = try Data(contentsOf: root.appending(path: "dashboards/\(name).json"))
        let board = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        let panels = (board["panels"] as? [[String: Any]] ?? []).filter { $0["type"] as? String != "row" }
        let queries = panels.flatMap { panel in
            (panel["targets"] as? [[String: Any]] ?? []).map { target in
                let expression = variables.reduce(target["expr"] as? String ?? "") { $0.replacing($1.0, with: $1.1) }
                return Query(
                    panel: panel["title"] as? String ?? "", legend: target["legendFormat"] as? String ?? "",
                    expression: expression)
            }
        }
        return (panels.count, queries)
    }

    /// What the marks of a run are drawn from.
    static func annotationQueries() throws -> [String] {
        let data = try Data(contentsOf: root.appending(path: "dashboards/sml-loadtest.json"))
        let board = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        let marks = (board["annotations"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
        return marks.compactMap { $0["expr"] as? String }
    }

    /// A summary's name without `_sum` or `_count`.
    static func family(_ name: String) -> String {
        ["_sum", "_count"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
    }

    /// The names of the dashboard's variables with the queries that fill them.
    static func dashboardVariables() throws -> [String: String] {
        let data = try Data(contentsOf: root.appending(path: "dashboards/sml-loadtest.json"))
        let board = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        let list = (board["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
        return Dictionary(
            list.map { ($0["name"] as? String ?? "", $0["definition"] as? String ?? "") }, uniquingKeysWith: { $1 })
    }
}
