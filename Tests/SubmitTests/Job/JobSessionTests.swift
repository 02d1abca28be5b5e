// What the command that waits says and ends with, over a cluster that does as it is told: Ctrl-C, results that are whole,
// partial or only records, and ends that mean something else than SLURM calls them.

import Base
import Foundation
import Generator
import Scenarios
import TestSupport
import Testing

@testable import Loadtests
@testable import Metrics
@testable import Submit

@Suite struct JobSessionTests {
    private let scratch: ScratchDirectory
    private let said = Notes()
    private let shown = Notes()

    init() throws { scratch = try ScratchDirectory() }

    /// The exit code of a session over `launcher`, with Ctrl-C at the pauses with these numbers.
    private func finish(
        _ launcher: ScriptedLauncher, nodes: Int = 1, repeats: Int = 1, interruptedAt pauses: Set<Int> = [], cancelOnInterrupt: Bool = false
    ) async throws -> Int32 {
        let (signals, source) = AsyncStream<Int32>.makeStream()
        let (said, shown) = (said, shown)
        let clock = launcher.clock { count in
            guard pauses.contains(count) else { return }
            source.yield(SIGINT)
            // Until it was acted upon: the wait is over or the job is told.
            while !Task.isCancelled, launcher.calls.allSatisfy({ $0 != "cancel 7" }) { await Task.yield() }
        }
        return try await JobSession(
            run: ClusterRun(launcher: launcher, display: NotedDisplay(), clock: clock),
            record: try .sample(in: scratch, nodes: nodes, repeats: repeats), cancelOnInterrupt: cancelOnInterrupt,
            output: JobOutput(
                say: { said.note($0) }, show: { shown.note($0.textBlock(color: false)) },
                showAll: { shown.note($0.textBlock(color: false)) })
        ).finish(interrupts: Interrupts(signals))
    }

    /// Records of one task, `requests` of them; no end if the task was killed.
    private func records(task: Int, of count: Int, requests: Int, killed: Bool = false) throws -> [UInt8] {
        let plan = Plan(
            scenario: "s",
            executor: .constantArrivalRate(
                rate: 10, timeUnit: .seconds(1), duration: .seconds(10), preAllocatedVUs: 5, maxVUs: 20),
            target: RequestTarget(url: "http://h/v1/chat/completions", apiKey: nil, headers: []))
        var context = RunContext(
            version: "1", libcurlVersion: "1", runLabel: "l", scenario: "s", model: "m", labels: ["a"], url: plan.target.url,
            startedUnixNanoseconds: 1, plannedArrivals: 100 / count, plan: PlanDescription(plan),
            corpus: CorpusDescription(file: "p", prompts: 1), workers: 1)
        if count > 1 { context.task = TaskDescription(TaskShare(index: task, count: count), plannedArrivals: 100) }
        let path = scratch.file("written.\(task)")
        let writer = try RecordFileWriter(path: path, context: context, texts: TextTable())
        let all = (0..<requests).map { number in
            var record = RunRecord(kind: .request)
            record.started = Int64(number) * 1_000_000
            record.end = record.started + 5_000_000
            record.status = 200
            record.flags = [.final, .endsIteration, .parsed, .hasChoices]
            return record
        }
        all.withUnsafeBufferPointer { writer.append($0) }
        try writer.finish(RunOutcome(.completed, duration: 10_000_000_000, endedUnixNanoseconds: 10_000_000_001))
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        return killed ? Array(bytes.dropLast(100)) : bytes
    }

    private func summary(of files: [[UInt8]]) throws -> [UInt8] {
        let paths = try files.enumerated().map { index, bytes in
            let path = scratch.file("part.\(index)")
            try Data(bytes).write(to: URL(filePath: path))
            return path
        }
        return try SummaryBuilder.rebuild(fromRecords: paths).jsonData()
    }

    private func ends(_ end: JobEnd, _ files: [String: [UInt8]] = [:], log: String = "") -> ScriptedLauncher {
        ScriptedLauncher(
            .init(
                looks: [.success(.ended(end))],
                files: files.reduce(into: ["/runs/logs/7/loadtest.out": Array(log.utf8)]) { $0["/runs/l/\($1.key)"] = $1.value }))
    }

    @Test func aGoodRunIsShown() async throws {
        let records = try records(task: 0, of: 1, requests: 20)
        let launcher = ends(JobEnd(.completed), ["summary.json": try summary(of: [records]), "records.smlrec": records], log: "x\n")
        #expect(try await finish(launcher) == 0)
        #expect(
            said.lines == [
                "sml: job 7 completed", "Summary: \(scratch.file("summary_s.json"))", "Records: \(scratch.file("records_s.smlrec"))",
            ])
        #expect(shown.lines.count == 1)
        // The summary first, then whether a key is still there, then what may be large.
        #expect(launcher.calls == ["fetch /runs/l/summary.json", "list /runs/l", "fetch /runs/l/records.smlrec"])
    }

    @Test func everyRunOfSeveralComesHomeAndWhatTheySayTogether() async throws {
        let records = try records(task: 0, of: 1, requests: 20)
        let summary = try summary(of: [records])
        let launcher = ends(
            JobEnd(.completed),
            [
                "run-1/summary.json": summary, "run-1/records.smlrec": records, "run-2/summary.json": summary,
                "run-2/records.smlrec": records,
            ])
        #expect(try await finish(launcher, repeats: 2) == 0)
        #expect(
            said.lines == [
                "sml: job 7 completed", "Summary of all runs: \(scratch.file("repeats_s.json"))",
                "Summary: \(scratch.file("summary_s_run1.json"))", "Summary: \(scratch.file("summary_s_run2.json"))",
                "Records: \(scratch.file("records_s_run1.smlrec"))", "Records: \(scratch.file("records_s_run2.smlrec"))",
            ])
        #expect(shown.lines.count == 1 && shown.lines[0].hasPrefix("=== LLM Load Test: 2 of 2 runs of one plan ===\n"))
        let together = try JSON.parse(Array(try Data(contentsOf: URL(filePath: scratch.file("repeats_s.json")))))
        #expect(together[path: "repeats", "runs"]?.elements.map { $0["summary"]?.text } == ["summary_s_run1.json", "summary_s_run2.json"])
    }

    /// The second of three was killed before its summary, and the third not begun.
    @Test func whatIsLeftOfSeveralRunsComesHome() async throws {
        let records = try records(task: 0, of: 1, requests: 20, killed: true)
        let whole = try self.records(task: 0, of: 1, requests: 20)
        let launcher = ends(
            JobEnd(.nodeFailure),
            ["run-1/summary.json": try summary(of: [whole]), "run-1/records.smlrec": whole, "run-2/records.smlrec": records])
        #expect(try await finish(launcher, repeats: 3) == 113)
        #expect(said.lines.contains("Summary: \(scratch.file("summary_s_run2.json"))"))
        #expect(said.lines.contains("sml: the run wrote no summary; this one is computed from its records"))
        #expect(shown.lines.last?.hasPrefix("=== LLM Load Test: 2 of 3 runs of one plan ===\n") == true)
        #expect(!launcher.calls.contains { $0.contains("run-3") })
    }

    /// The key goes, whoever has left it.
    @Test func aKeyThatIsStillThereIsRemoved() async throws {
        let records = try records(task: 0, of: 1, requests: 20)
        let launcher = ends(JobEnd(.nodeFailure), ["records.smlrec": records, "run_config.json": [1]])
        #expect(try await finish(launcher) == 113)
        #expect(launcher.calls.contains("remove /runs/l/run_config.json"))
        #expect(!launcher.calls.contains("remove /runs/l/loadgen.env"))
    }

    /// The run is good, and its records are not here: neither a success nor a failure of the job.
    @Test func recordsThatCannotBeFetchedHaveACodeOfTheirOwn() async throws {
        let records = try records(task: 0, of: 1, requests: 20)
        let launcher = ends(JobEnd(.completed), ["summary.json": try summary(of: [records]), "records.smlrec": records])
        launcher.change { $0.failing = ["fetch /runs/l/records.smlrec"] }
        #expect(try await finish(launcher) == 119)
        #expect(shown.lines.count == 1)
        #expect(
            said.lines.suffix(2) == [
                "sml: /runs/l/records.smlrec: not fetched: fetch failed", "  fetch what is missing: sml loadtest attach 7",
            ])
    }

    /// What does not come home is computed from what does.
    @Test func aSummaryThatCannotBeFetchedIsNoFailureOfTheJob() async throws {
        let records = try records(task: 0, of: 1, requests: 20)
        let launcher = ends(JobEnd(.completed), ["summary.json": try summary(of: [records]), "records.smlrec": records])
        launcher.change { $0.failing = ["fetch /runs/l/summary.json"] }
        #expect(try await finish(launcher) == 119)
        #expect(said.lines.contains("sml: the run's summary did not come home; this one is computed from its records"))
        #expect(shown.lines.count == 1)
    }

    /// Ctrl-C while a summary is waited for that a network file system does not show yet.
    @Test func controlCEndsTheFetchingToo() async throws {
        let launcher = ends(JobEnd(.completed))
        #expect(try await finish(launcher, interruptedAt: [2]) == 130)
        #expect(
            said.lines == [
                "\nsml: interrupted; job 7 is over, its results are in /runs/l on the cluster\n  fetch them:        sml loadtest attach 7"
            ])
    }

    @Test func controlCLeavesTheJob() async throws {
        let launcher = ScriptedLauncher(.init(looks: [.success(.running)]))
        #expect(try await finish(launcher, interruptedAt: [3]) == 130)
        #expect(said.lines.first?.hasPrefix("\njob 7 goes on") == true)
        #expect(said.lines.last?.contains("sml loadtest attach 7") == true && said.lines.last?.contains("sml loadtest cancel 7") == true)
        #expect(launcher.calls.isEmpty)
    }

    @Test func controlCCancelsWhereAskedAndResultsAreFetched() async throws {
        let launcher = ScriptedLauncher(
            .init(looks: [.success(.running), .success(.running), .success(.ended(JobEnd(.cancelled)))]))
        #expect(try await finish(launcher, interruptedAt: [2], cancelOnInterrupt: true) == 112)
        #expect(launcher.calls.first == "cancel 7")
        #expect(launcher.calls.contains("fetch /runs/l/summary.json"))
        #expect(said.lines.contains("sml: job 7 was cancelled"))
    }

    @Test func recordsWithoutASummaryGiveOne() async throws {
        let records = try records(task: 0, of: 1, requests: 20, killed: true)
        #expect(try await finish(ends(JobEnd(.nodeFailure), ["records.smlrec": records], log: "last words\n")) == 113)
        #expect(said.lines.starts(with: ["  last words", "sml: job 7 lost its node"]))
        #expect(said.lines.contains("sml: the run wrote no summary; this one is computed from its records"))
        let home = try Summary(jsonData: Array(Data(contentsOf: URL(filePath: scratch.file("summary_s.json")))), path: "s").document
        #expect(home[path: "sml", "outcome", "kind"] == .string("interrupted"))
    }

    /// srun then ends with the signal's code, whatever the others did.
    @Test func aLostTaskIsSaid() async throws {
        let files = try [records(task: 0, of: 2, requests: 20), records(task: 1, of: 2, requests: 8, killed: true)]
        let launcher = ends(
            JobEnd(.failed, exitCode: 137),
            ["summary.json": try summary(of: files), "records.0.smlrec": files[0], "records.1.smlrec": files[1]])
        #expect(try await finish(launcher, nodes: 2) == 75)
        #expect(said.lines.contains("sml: job 7 lost task 1 of 2; the summary has what their records hold"))
        #expect(
            said.lines.suffix(2) == ["Records: \(scratch.file("records_s.0.smlrec"))", "Records: \(scratch.file("records_s.1.smlrec"))"])
    }

    /// Task 0 writes the summary; without it the parts are put together here.
    @Test func aLostTaskZeroIsNoLossOfTheOthers() async throws {
        let launcher = ends(
            JobEnd(.nodeFailure),
            ["records.0.smlrec": [], "records.1.smlrec": try records(task: 1, of: 2, requests: 20)])
        #expect(try await finish(launcher, nodes: 2) == 113)
        #expect(said.lines.contains("sml: job 7 lost its node, and lost task 0 of 2; the summary has what their records hold"))
        #expect(shown.lines.count == 1)
    }

    @Test func nothingAtAllIsSaid() async throws {
        #expect(try await finish(ends(JobEnd(.completed))) == 116)
        #expect(said.lines.last == "sml: no summary in /runs/l; the log is /runs/logs/7/loadtest.out")
        #expect(shown.lines.isEmpty)
    }

    /// The signal before the limit makes the generator end with its code for any signal.
    @Test(
        arguments: [
            (JobEnd(.failed, exitCode: 105, elapsed: .seconds(1100)), 111), (JobEnd(.failed, exitCode: 105, elapsed: .seconds(1000)), 105),
            (JobEnd(.failed, exitCode: 105), 105), (JobEnd(.failed, exitCode: 105, elapsed: .seconds(50), limit: .seconds(60)), 111),
            (JobEnd(.failed, exitCode: 99, elapsed: .seconds(1200)), 99),
        ] as [(JobEnd, Int32)]) func theWarningBeforeTheLimitIsTheLimit(end: JobEnd, code: Int32) async throws
    {
        #expect(try await finish(ends(end)) == code)
        #expect(said.lines.contains { $0.contains("reached its time limit") } == (code == 111))
    }
}
