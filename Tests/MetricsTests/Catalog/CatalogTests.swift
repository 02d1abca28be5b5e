// One entry a metric: names are unique, docs/METRICS.md has the catalogue as its table, and the dashboard asks for nothing
// that is not in it.

import Foundation
import Generator
import Testing

@testable import Metrics

struct CatalogTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func namesAreThereOnce() {
        #expect(Set(Catalog.all.map(\.name)).count == Catalog.all.count)
        #expect(Set(Catalog.k6.map(\.k6)).count == Catalog.k6.count)
        let series = Catalog.all.compactMap(\.series)
        #expect(series.allSatisfy { one in series.count { $0 == one } == 1 })
        for metric in Catalog.all {
            #expect(metric.isResult || metric.series != nil, "\(metric.name) is shown nowhere")
            #expect(!metric.meaning.isEmpty && !metric.meaning.contains("|"), "\(metric.name)")
        }
    }

    /// With `UPDATE_PAGES` set it writes the table instead.
    @Test func thePageHasTheCatalogue() throws {
        let page = Self.root.appending(path: "docs/METRICS.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let (begin, end) = ("<!-- catalogue -->\n", "\n<!-- end of the catalogue -->")
        let from = try #require(text.range(of: begin)).upperBound
        let to = try #require(text.range(of: end)).lowerBound
        if ProcessInfo.processInfo.environment["UPDATE_PAGES"] != nil {
            try (text[..<from] + Catalog.table + text[to...]).write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(text[from..<max(from, to)] == Catalog.table, "UPDATE_PAGES=1 swift test --filter CatalogTests writes it")
        }
    }

    @Test func theDashboardAsksForWhatThereIs() throws {
        // Queries and what fills the variables; a description may name a family.
        let board = try String(contentsOf: Self.root.appending(path: "dashboards/sml-loadtest.json"), encoding: .utf8)
            .split(separator: "\n").filter { !$0.contains("\"description\":") }.joined(separator: "\n")
        let statistics = ["min", "avg", "med", "p90", "p95", "p99", "max"]
        let known = Set(
            Catalog.seriesNames.flatMap { name in
                name.hasSuffix("_{stat}") ? statistics.map { name.replacing("{stat}", with: $0) } : [name]
            })
        let asked = Set(board.matches(of: /\b(k6|sml)_[a-z0-9_]+/).map { String($0.output.0) })
        #expect(asked.subtracting(known).sorted() == [])
        let families = known.filter { $0.hasPrefix("sml_") }.map { name in
            ["_sum", "_count"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
        }
        #expect(Set(families).filter { !board.contains($0) }.sorted() == [], "on no panel")
    }

    /// A metric that is fed by its entry alone: of samples, exchanges and successes.
    @Test func closuresFeedMetrics() throws {
        let feeds = MetricFeeds([
            Metric("a.samples", .samples, .sampled { _ in 1 }, "samples"),
            Metric("a.exchanges", .exchanges, .exchanged { _ in 2 }, "exchanges"),
            Metric("a.latency", .milliseconds, .succeeded { Double($0.status) }, "statuses"),
        ])
        #expect(feeds.counters == ["a.samples": 0, "a.exchanges": 1] && feeds.trends == ["a.latency": 0])
        var counters = FedCounters(feeds)
        counters.add(SummaryTests.sample())
        counters.add(Samples.request())
        counters.add(Samples.request())
        #expect(counters["a.samples"] == 1 && counters["a.exchanges"] == 4 && counters["a.nothing"] == 0)
        var trends = FedTrends(feeds)
        trends.add(Samples.request(at: 100, latency: 50))
        #expect(trends["a.latency"].trend.max == 200 && trends["a.latency"].newest == 150_000_000)
    }
}
