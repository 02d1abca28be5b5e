// Several runs of one plan on a page: each run's figure as a point, and the interval between them.

import Base
import Foundation
import Statistics
import TestSupport
import Testing

@testable import Metrics
@testable import Report

struct RepeatsPageTests {
    private func results(_ factors: [Double]) -> [RunResult] {
        factors.enumerated().map { Pairs.run("run\($0)", factor: $1, seed: UInt64($0 + 2), seconds: 60).result }
    }

    @Test func everyRunIsAPointAndTheIntervalIsShaded() throws {
        let between = try #require(RepeatedRuns.Between([100, 104, 96, 101, 99]))
        let values: [(counts: Bool, value: Double?)] = [100, 104, 96, 101, 99, 300].map { ($0 < 200, $0) }
        let chart = try #require(RepeatsChapter.chart("p95", .milliseconds, values, between))
        #expect(chart.series.map(\.values) == [[100, 104, 96, 101, 99, nil], [nil, nil, nil, nil, nil, 300]])
        #expect(chart.x.ticks.map(\.label) == ["1", "2", "3", "4", "5", "6"] && chart.y.low < 96 && chart.y.high > 300)
        let interval = try #require(BetweenRuns.interval([100, 104, 96, 101, 99]))
        #expect(chart.levels.map(\.low) == [interval.value, interval.low] && chart.levels.map(\.high) == [interval.value, interval.high])
        #expect(chart.caption.contains("95 % interval between runs 96.41 ms–103.7 ms"), "\(chart.caption)")
        #expect(RepeatsChapter.chart("x", .number, [(true, nil)], nil) == nil)
    }

    /// However many runs there are, and however long they were.
    @Test func manyRunsStaySmall() throws {
        let run = Pairs.run("run", factor: 1, seed: 2, seconds: Columns.usual).result
        for count in [2, 5, 6, 100] {
            let runs = (1...count).map { RepeatedRun(number: $0, summary: "run-\($0)/summary.json", result: run) }
            let contents = ReportContents(
                (0..<count).map { _ in RunReport(run, name: "x") },
                repeats: RepeatedRuns(asked: count, plan: RepeatedPlan(run), runs: runs))
            let page = Pages.text(contents)
            try Pages.checkLinks(page)
            #expect(page.utf8.count < 1_000_000, "\(count) runs: \(page.utf8.count)")
            #expect(page.contains("id=\"r2-latency\"") == (count <= 5))
        }
    }

    /// From the directory that several runs leave.
    @Test func aDirectoryOfRepeatsIsOnePage() throws {
        let directory = try ScratchDirectory()
        let results = results([1, 1.02, 0.97])
        var names: [String] = []
        for (number, result) in results.enumerated() {
            let place = directory.file(RepeatFile.directory(number + 1))
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try Summary(result).write(to: place + "/summary.json")
            names.append("\(RepeatFile.directory(number + 1))/summary.json")
        }
        let all = RepeatedRuns(
            asked: 4, plan: RepeatedPlan(results[0]),
            runs: zip(results, names).enumerated().map { RepeatedRun(number: $0 + 1, summary: $1.1, result: $1.0) })
        try all.write(to: directory.file(RepeatFile.combined))
        let root = directory.file("")
        for path in [String(root.dropLast(root.hasSuffix("/") ? 1 : 0)), directory.file(RepeatFile.combined)] {
            let contents = try ReportFile.contents([(path, path)])
            #expect(contents.runs.count == 3 && contents.repeats?.asked == 4)
            #expect(contents.repeats?.latency(0.95) == all.latency(0.95))
            let page = Pages.text(contents)
            _ = try Pages.tags(page)
            try Pages.checkLinks(page)
            #expect(page.contains("3 of 4 runs") && page.contains("id=\"all-figure-1\"") && page.contains("id=\"r3-latency\""))
        }
        #expect(ReportFile.place(for: [directory.file(RepeatFile.combined)]) == directory.file("report.html"))
        // One that is named and not there.
        try FileManager.default.removeItem(atPath: directory.file("run-2/summary.json"))
        #expect(throws: ReportError.self) { try ReportFile.contents([("x", directory.file(RepeatFile.combined))]) }
    }
}
