// What `sml loadtest list` knows of runs on this machine, from their own documents.

import Base
import Foundation
import Loadtests
import Statistics
import Testing

@testable import Metrics

@Suite struct RunListTests {
    @Test func severalRunsOfOnePlanAreOneLine() throws {
        let place = NSTemporaryDirectory() + "list-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        try FileManager.default.createDirectory(atPath: "\(place)/runs/five", withIntermediateDirectories: true)
        let runs = (1...5).map { number in
            var result = RunResult(scenario: "demo")
            result.outcome = RunResult.Outcome(
                kind: .completed, reason: nil, durationSeconds: 60, started: "2026-01-0\(number)T00:00:00.000Z", ended: "", lostRecords: 0)
            var run = RepeatedRun(number: number, summary: "run-\(number)/summary.json", result: result)
            run.verdict = GeneratorVerdict(level: number == 5 ? .invalid : .valid, reasons: [])
            run.latency = [0.5: 100 + Double(number), 0.95: 200]
            run.requestsPerSecond = 20
            run.successRate = 1
            return run
        }
        let all = RepeatedRuns(asked: 6, plan: RepeatedPlan(scenario: "demo", executor: "constant-vus", model: "org/m"), runs: runs)
        try all.write(to: "\(place)/runs/five/repeats.json")

        let listed = RunList.all(environment: ["HOME": place], runs: "\(place)/runs")
        let run = try #require(listed.first)
        #expect(listed.count == 1 && run.handle == "five" && run.verdict == "4 of 6 VALID")
        #expect(run.started == "2026-01-01T00:00:00.000Z" && run.scenario == "demo" && run.model == "org/m")
        let median = try #require(run.headline.p50)
        #expect(median == all.latency(0.5)?.figure && median.low != nil)
        #expect(run.headline.p95 == Figure(value: 200) && run.headline.successRate == Figure(value: 1))
        #expect(run.document[path: "repeats", "counted"]?.integer == 4 && run.document["p50_ms"]?.number == median.value)
        #expect(run.document[path: "repeats", "between", "latency_ms", "p50", "low"]?.number == median.low)
        #expect(run.document["summary"]?.text == "\(place)/runs/five/repeats.json")
    }
}
