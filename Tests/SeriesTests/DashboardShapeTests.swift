// Both dashboards as Grafana takes them in: its rules for a file that is imported, as far as a file can break them.

import Foundation
import Metrics
import Testing

struct DashboardShapeTests {
    private func board(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: Pages.root.appending(path: "dashboards/\(name).json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private struct Place: Hashable { let x, y: Int }

    @Test(arguments: ["sml-loadtest", "sml-loadtest-compare"]) func isWhatGrafanaImports(name: String) throws {
        let board = try board(name)
        #expect(board["uid"] as? String == name && (board["title"] as? String)?.isEmpty == false)
        #expect(board["schemaVersion"] as? Int == 39 && board["id"] == nil)
        let panels = try #require(board["panels"] as? [[String: Any]])
        let ids = panels.compactMap { $0["id"] as? Int }
        #expect(ids.count == panels.count && Set(ids).count == ids.count)
        // The grid has 24 columns, and two panels in one place push each other away.
        var taken: Set<Place> = []
        for panel in panels {
            let grid = try #require(panel["gridPos"] as? [String: Int])
            let (x, y) = (try #require(grid["x"]), try #require(grid["y"]))
            let (w, h) = (try #require(grid["w"]), try #require(grid["h"]))
            #expect(x >= 0 && w > 0 && x + w <= 24)
            for place in (x..<x + w).flatMap({ x in (y..<y + h).map { Place(x: x, y: $0) } }) {
                #expect(taken.insert(place).inserted, "\(panel["title"] ?? "") at \(place)")
            }
            let targets = panel["targets"] as? [[String: Any]] ?? []
            #expect(targets.isEmpty == (panel["type"] as? String == "row"))
            #expect(Set(targets.compactMap { $0["refId"] as? String }).count == targets.count)
        }
    }

    /// Every variable that is used is defined, everything defined is used, and each comes before what depends on it.
    @Test(arguments: ["sml-loadtest", "sml-loadtest-compare"]) func variablesAreDefinedInTheirOrder(name: String) throws {
        let board = try board(name)
        let variables = try #require((board["templating"] as? [String: Any])?["list"] as? [[String: Any]])
        var known: Set<String> = ["__rate_interval", "__range"]
        func used(_ text: String) -> Set<String> { Set(text.matches(of: /\$\{?([A-Za-z_]+)\}?/).map { String($0.output.1) }) }
        for variable in variables {
            #expect(used(variable["definition"] as? String ?? "").subtracting(known).isEmpty)
            known.insert(try #require(variable["name"] as? String))
        }
        let text = try String(contentsOf: Pages.root.appending(path: "dashboards/\(name).json"), encoding: .utf8)
        // "All" of a variable is Grafana's own.
        #expect(used(text).subtracting(known) == ["__all"])
        let expressions = text.split(separator: "\n").filter { $0.contains("\"expr\":") }.joined()
        #expect(known.subtracting(["datasource"]).subtracting(used(expressions)).isEmpty)
        #expect(expressions.components(separatedBy: "arm=~").count > 20)
    }

    /// Start, steady part and end are drawn at the instants that the series has as its value.
    @Test(arguments: ["sml-loadtest", "sml-loadtest-compare"]) func runsAreMarked(name: String) throws {
        let list = try #require((try board(name)["annotations"] as? [String: Any])?["list"] as? [[String: Any]])
        #expect(!list.isEmpty)
        for mark in list {
            #expect((mark["expr"] as? String)?.hasPrefix("last_over_time(sml_run_instant_seconds{") == true)
            #expect((mark["expr"] as? String)?.hasSuffix(" * 1000") == true, "Grafana wants milliseconds")
            #expect(mark["useValueForTime"] as? Bool == true && mark["enable"] as? Bool == true)
            #expect((mark["datasource"] as? [String: String])?["uid"] == "${datasource}")
        }
    }

    @Test func bothAskForSeriesThatThereAre() throws {
        let statistics = ["min", "avg", "med", "p90", "p95", "p99", "max"]
        let known = Set(
            Catalog.seriesNames.flatMap { name in
                name.hasSuffix("_{stat}") ? statistics.map { name.replacing("{stat}", with: $0) } : [name]
            })
        for name in ["sml-loadtest", "sml-loadtest-compare"] {
            let text = try String(contentsOf: Pages.root.appending(path: "dashboards/\(name).json"), encoding: .utf8)
                .split(separator: "\n").filter { $0.contains("\"expr\":") }.joined(separator: "\n")
            let asked = Set(text.matches(of: /\b(k6|sml)_[a-z0-9_]+/).map { String($0.output.0) })
            #expect(!asked.isEmpty && asked.subtracting(known).sorted() == [])
        }
    }
}
