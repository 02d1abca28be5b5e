// What a side of a comparison can be named by: files and directories as runs leave them, and documents that k6 wrote.

import Base
import Foundation
import Generator
import Statistics
import Testing

@testable import Metrics

struct ComparisonSourceTests {
    private final class Place {
        let path = Fixtures.temporaryPath("compare")
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func directory(_ name: String) throws -> String {
            let inner = "\(path)/\(name)"
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            return inner
        }

        @discardableResult
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
            return "\(path)/\(name)"
        }

        /// A run as `local` leaves it.
        func run(_ name: String, _ made: PairedRuns, summary: String = "summary.json", records: String = "records.smlrec") throws -> String
        {
            let directory = try directory(name)
            let writer = try RecordFileWriter(path: "\(directory)/\(records)", context: made.context, texts: TextTable())
            made.records.withUnsafeBufferPointer { writer.append($0) }
            for second in 1...Int(made.seconds) { writer.append(CertaintyTests.sample(second)) }
            try writer.finish(RunOutcome(.completed, duration: Int64((made.seconds + 2) * 1e9), endedUnixNanoseconds: 0))
            try SummaryBuilder.rebuild(fromRecords: ["\(directory)/\(records)"]).write(to: "\(directory)/\(summary)")
            return directory
        }
    }

    private var short: PairedRuns {
        var made = PairedRuns()
        made.seconds = 60
        return made
    }

    private func side(_ paths: String...) throws -> [ComparedRun] { try ComparisonSource.side(paths.map { ($0, $0) }) }

    @Test func recordsAreFoundBesideWhatIsNamed() throws {
        let place = try Place()
        let directory = try place.run("a", short)
        let home = try place.run("home", short, summary: "summary_x_20260101_000000_7.json", records: "records_x_20260101_000000_7.smlrec")
        for path in [
            directory, "\(directory)/records.smlrec", "\(directory)/summary.json", home, "\(home)/summary_x_20260101_000000_7.json",
        ] {
            let runs = try side(path)
            #expect(runs.count == 1 && runs[0].requests?.count == 1_200, "\(path)")
            #expect(runs[0].result.metrics.count(.finished) == 1_200)
        }
        try FileManager.default.removeItem(atPath: "\(directory)/records.smlrec")
        let bare = try side(directory)
        #expect(bare.count == 1 && bare[0].requests == nil && bare[0].result.metrics.count(.finished) == 1_200)
    }

    @Test func directoriesOfRunsAreRepeats() throws {
        let place = try Place()
        for number in [1, 2, 10] {
            var made = short
            made.seed = UInt64(number)
            _ = try place.run("all/run-\(number)", made)
        }
        let runs = try side("\(place.path)/all")
        #expect(runs.count == 3)
        // In the order of their numbers: pairs are those of one place.
        let slowest = runs.map { $0.result.metrics.trend(.successLatency)?.max ?? 0 }
        let ordered = try side("\(place.path)/all/run-1", "\(place.path)/all/run-2", "\(place.path)/all/run-10")
        #expect(slowest == ordered.map { $0.result.metrics.trend(.successLatency)?.max ?? 0 })
        #expect(Comparison(a: runs, b: runs).design == .repeats)
    }

    @Test func recordsOfTasksAreOneRun() throws {
        let runs = try side(Fixtures.path("records-2.smlrec"))
        #expect(runs.count == 1)
        let place = try Place()
        var paths: [String] = []
        for task in 0..<2 {
            var made = short
            made.seconds = 30
            var context = made.context
            context.task = TaskDescription(TaskShare(index: task, count: 2), plannedArrivals: 600)
            let path = "\(place.path)/records.\(task).smlrec"
            let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
            made.records.filter { Int($0.iteration) % 2 == task }.withUnsafeBufferPointer { writer.append($0) }
            try writer.finish(RunOutcome(.completed, duration: 32_000_000_000, endedUnixNanoseconds: 0))
            paths.append(path)
        }
        for sources in [[place.path], paths] {
            let merged = try ComparisonSource.side(sources.map { ($0, $0) })
            #expect(merged.count == 1 && merged[0].requests?.count == 600 && merged[0].result.lostTasks.isEmpty)
        }
    }

    @Test func documentsOfK6HaveValuesAndNoVerdict() throws {
        let place = try Place()
        let golden = try JSON.parse(Array(try Fixtures.data("constant-arrival-rate.summary.json")))
        let export = try place.write("export.json", try #require(golden["summary_export_json"]).bytes(indentation: 1))
        let script = try place.write("script.json", try #require(golden["handleSummary_json"]).bytes(indentation: 1))
        let other = try JSON.parse(Array(try Fixtures.data("ramping-arrival-rate.summary.json")))
        let second = try place.write("other.json", try #require(other["handleSummary_json"]).bytes(indentation: 1))
        func compare(_ a: String, _ b: String) throws -> Comparison { Comparison(a: try side(a), b: try side(b)) }

        // The same run by both of k6's documents: the script's is rounded to whole milliseconds.
        let same = try compare(export, script)
        #expect(same.objections.isEmpty && same.verdict == .none && same.design == .values && same.exitStatus == .records)
        let p95 = try #require(same.figures.first { $0.quantity == .latency && $0.p == 0.95 })
        #expect(p95.untested == .unknownPlan)
        #expect(abs(try #require(p95.ratioOfValues) - 1) < 0.005)
        let rate = try #require(same.figures.first { $0.quantity == .throughput })
        #expect(rate.b == 13.84)
        #expect(abs(try #require(rate.ratioOfValues) - 1) < 0.01)
        #expect(same.notes.contains(ComparisonNote.ofK6(["A", "B"])))
        // Only the export says how many iterations it dropped.
        #expect(same.notes.contains { $0.hasPrefix("A dropped ") })
        #expect(try compare(script, second).figures.contains { $0.quantity == .latency && $0.p == 0.5 && $0.a == 502 })

        // One of k6's beside one of ours: k6's definitions for both.
        let ours = try place.run("ours", short)
        let mixed = try compare(script, ours)
        #expect(mixed.verdict == .none && mixed.notes.contains(ComparisonNote.ofK6(["A"])))
        let median = try #require(mixed.figures.first { $0.quantity == .latency && $0.p == 0.5 })
        let endToEnd = try #require(try side(ours)[0].result.metrics.trend(.endToEnd)?.med)
        #expect(median.a == 502 && median.b == endToEnd)
        #expect(mixed.textBlock(color: false).contains("NO VERDICT"))
    }

    @Test func whatIsNoRunSaysSo() throws {
        let place = try Place()
        func message(_ path: String) -> String { do { return "\(try side(path).count)" } catch { return "\(error)" } }
        #expect(message("\(place.path)/none") == "\(place.path)/none: no such file or directory")
        #expect(message(place.path) == "\(place.path): holds no run: expected records.smlrec, summary.json, or directories with one")
        let text = try place.write("x.json", Array("{}".utf8))
        #expect(message(text) == "\(text): neither records nor a summary, of sml loadtest or of k6")
        let broken = try place.write("y.json", Array("[1,".utf8))
        #expect(message(broken) == "\(broken): neither records nor a JSON document")
        let newer = try place.write("z.json", Array(#"{"sml": {"schema": 99}}"#.utf8))
        #expect(message(newer) == "\(newer): sml.schema is 99, this version reads up to \(Summary.schema)")
        _ = try place.run("home", short, summary: "summary_x_1.json", records: "records_x_1.smlrec")
        _ = try place.run("home", short, summary: "summary_x_2.json", records: "records_x_2.smlrec")
        #expect(message("\(place.path)/home").hasSuffix("holds 2 runs; name one of them, such as \(place.path)/home/summary_x_1.json"))
    }
}
