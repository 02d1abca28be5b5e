// The page as a document: whole, self-contained, and text from strangers stays text.

import Base
import Foundation
import Generator
import Scenarios
import Testing

@testable import Metrics
@testable import Report

struct PageTests {
    private func page(_ runs: [RunReport]) -> String { Pages.text(ReportContents(runs)) }

    @Test(arguments: Pages.hostile) func textOfStrangersIsText(hostile: String) throws {
        let texts = TextTable()
        let words = texts.index(of: hostile)
        var records = Runs.good()
        for index in 0..<40 {
            var failed = Runs.request(at: Double(index), took: 5, label: 1, status: 503)
            failed.errorText = words
            failed.words = words
            records.append(failed)
            var other = Runs.request(at: Double(index), took: 5)
            other.finishReasonRaw = FinishReason.other.rawValue
            other.finishText = words
            records.append(other)
        }
        let context = Runs.context(scenario: hostile, runLabel: hostile, model: hostile, labels: [hostile, hostile + "2"])
        let hostilePage = page([Runs.report(records, context: context, texts: texts, kind: .interrupted, reason: hostile)])
        let harmless = page([
            Runs.report(
                records, context: Runs.context(labels: ["a", "b"]), texts: TextTable(), kind: .interrupted, reason: "x")
        ])
        // The same elements with or without, and no attribute but ours.
        let tags = try Pages.tags(hostilePage)
        #expect(tags.map { $0.prefix { $0 != " " } } == (try Pages.tags(harmless)).map { $0.prefix { $0 != " " } })
        #expect(!tags.contains { $0.contains(" on") && !$0.hasPrefix("meta") && $0.contains("=alert") })
        #expect(hostilePage.components(separatedBy: "<script nonce=").count == 2)
        let visible = hostilePage.unicodeScalars.filter { !$0.isPrintable && $0 != "\n" }
        #expect(visible.isEmpty)
    }

    @Test func needsNothingElse() throws {
        let page = page([Runs.report(Runs.good())])
        for outside in ["http:", "https:", "url(", "@import", "src=", "<link", "<iframe", "fetch(", "XMLHttp", "import("] {
            // Addresses that are data stand as text.
            let text = page.replacing("http://127.0.0.1:8000/v1/chat/completions", with: "")
            #expect(!text.contains(outside), "\(outside)")
        }
        #expect(page.contains("script-src 'nonce-n0nce'") || page.contains("script-src &#39;nonce-n0nce&#39;"))
    }

    @Test func hasEveryPartAndIsReachable() throws {
        var records = Runs.good()
        records += (0..<30).map { Runs.request(at: Double($0), took: 3, status: 503) }
        for index in 0..<40 {
            var streamed = Runs.request(at: Double(index) + 0.3, took: 200)
            streamed.firstToken = streamed.started + 50_000_000
            streamed.lastToken = streamed.started + 190_000_000
            streamed.chunks = 60
            records.append(streamed)
        }
        let page = page([Runs.report(records)])
        let ids = Set(page.components(separatedBy: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) })
        for id in [
            "load", "requests", "inflight", "latency", "latency-percentiles", "heat", "distribution", "cumulative", "labels", "tokens",
            "ttft", "tpot", "output", "errors", "failures", "connections", "opened", "generator", "lateness", "processor", "about",
        ] {
            #expect(ids.contains(id), "\(id)")
        }
        for target in page.components(separatedBy: "href=\"#").dropFirst().map({ String($0.prefix { $0 != "\"" }) }) {
            #expect(ids.contains(target), "\(target)")
        }
        // A title and a description for each drawing, a table for each of its charts, headers in every table.
        let drawings = page.components(separatedBy: "<svg ").count - 1
        #expect(drawings >= 12)
        #expect(page.components(separatedBy: "role=\"img\"").count - 1 == drawings)
        #expect(page.components(separatedBy: "<summary>Values as a table").count - 1 == drawings - 1, "all but the heat map")
        #expect(page.contains("<html lang=\"en\">") && page.contains("<caption>") && page.contains("scope=\"col\""))
        #expect(page.utf8.count < 1_000_000)
    }

    @Test func saysWhatARunWasNot() throws {
        let records = (0..<1_200).map { index -> RunRecord in
            var record = Runs.request(at: Double(index) / 20, took: 30)
            record.started += 30_000_000
            record.end += 30_000_000
            return record
        }
        let page = page([Runs.report(records, kind: .stopped, reason: "stop_on: <5xx>")])
        #expect(page.contains("<strong>INVALID</strong>"))
        #expect(page.contains("The run was stopped") && page.contains("stop_on: &lt;5xx&gt;"))
    }

    @Test func aRampHasACapacityCurve() throws {
        let stages = [Stage(duration: .seconds(30), target: 40), Stage(duration: .seconds(30), target: 40)]
        let executor = Executor.rampingArrivalRate(
            startRate: 1, timeUnit: .seconds(1), stages: stages, preAllocatedVUs: 10, maxVUs: 100)
        let records = (0..<1_800).map { index -> RunRecord in
            let at = index < 600 ? (Double(index) / 600).squareRoot() * 30 : 30 + Double(index - 600) / 40
            return Runs.request(at: at, took: 20 + at)
        }
        let report = Runs.report(records, context: Runs.context(executor: executor))
        let charts = report.capacityCharts
        #expect(charts.map(\.title) == ["Latency against load", "Output tokens against load"])
        #expect(zip(charts[0].xs, charts[0].xs.dropFirst()).allSatisfy { $0 < $1 })
        #expect(report.spans.map(\.label) == ["1 → 40", "40"])
        #expect(page([report]).contains("id=\"capacity\""))
    }

    @Test func severalRunsShareAPage() throws {
        let runs = ["a", "b"].map { Runs.report(Runs.good(), context: Runs.context(runLabel: $0)) }
        let page = page(runs)
        let ids = page.components(separatedBy: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(Set(ids).count == ids.count)
        #expect(page.contains("href=\"#r1-run\"") && page.contains("href=\"#r2-latency\""))
    }

    /// Of before there was a timeline, of k6, and without a single request.
    @Test func worksWithWhatThereIs() throws {
        let empty = RunReport(RunResult(), name: "empty")
        #expect(page([empty]).contains("no timeline"))
        #expect(page([Runs.report([])]).contains("</html>"))
        var old = Runs.report(Runs.good()).result
        old.timeline = nil
        old.distributions = nil
        let text = page([RunReport(old, name: "old")])
        #expect(text.contains("no timeline") && text.contains("end to end, succeeded"))
    }
}
