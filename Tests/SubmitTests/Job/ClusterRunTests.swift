// A run from staging to results over a cluster that does as it is told: what is asked of it, in which order, how long it
// is waited for.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Submit

@Suite struct ClusterRunTests {
    private let scratch: ScratchDirectory
    private let display = NotedDisplay()

    init() throws { scratch = try ScratchDirectory() }

    private func run(_ launcher: ScriptedLauncher) -> ClusterRun {
        ClusterRun(launcher: launcher, display: display, clock: launcher.clock())
    }

    // MARK: Submission

    private static let job = JobSubmission(
        name: "n", script: "#!/bin/bash\n", directory: "/runs", logDirectory: "logs/%j", account: nil)

    private func staged() throws -> StagedJob {
        let scenario = ScenarioDefinition(
            name: "s", value: .object([.init("executor", .string("constant-vus"))]), origin: .builtIn)
        return StagedJob(
            configuration: try RunConfiguration.build(scenario: scenario, serverURL: "http://h", apiKey: "canary"),
            remoteWrite: RemoteWriteSettings(isEnabled: false, url: nil, environment: [:]), environment: [:])
    }

    @Test func filesAreThereBeforeTheJob() async throws {
        let launcher = ScriptedLauncher()
        let id = try await run(launcher).submit(Self.job, staged: try staged(), runDirectory: "/runs/l")
        #expect(id.description == "7")
        #expect(
            launcher.calls == [
                "make /runs/logs", "make /runs/l", "write /runs/l/run_config.json", "write /runs/l/loadgen.env", "submit n",
            ])
        #expect(launcher.modes.values.allSatisfy { $0 == .ownerOnly })
    }

    @Test(arguments: ["submit", "write /runs/l/loadgen.env"]) func aFailedSubmissionLeavesNoKey(failing: String) async throws {
        let launcher = ScriptedLauncher(.init(failing: [failing]))
        let staged = try staged()
        await #expect(throws: LauncherError.self) {
            try await run(launcher).submit(Self.job, staged: staged, runDirectory: "/runs/l")
        }
        #expect(launcher.files.isEmpty)
    }

    // MARK: Waiting

    @Test func aRunIsWaitedForWithItsLog() async throws {
        let record = try JobRecord.sample(in: scratch)
        let launcher = ScriptedLauncher(
            .init(
                looks: [
                    .success(.unknown), .success(.pending(reason: "Priority")), .failure(.unreachable("timed out")),
                    .success(.running), .success(.ended(JobEnd(.completed))),
                ], files: [record.log: Array("one\ntwo\nthr".utf8)]))
        let ended = try await run(launcher).wait(for: record)
        #expect(ended.end == JobEnd(.completed))
        // The last line is not whole.
        #expect(ended.tail == ["one", "two"])
        #expect(
            display.lines == [
                "job 7: PENDING (Priority) for 00:00:00", "job 7: no news: timed out", "job 7: RUNNING for 00:00:00 | two",
            ])
        #expect(launcher.pauses == [2, 1, 10, 1].map { .seconds($0) })
    }

    @Test func aClusterThatStaysSilentIsGivenUp() async throws {
        let launcher = ScriptedLauncher(.init(looks: [.failure(.unreachable("down"))]))
        let record = try JobRecord.sample(in: scratch)
        await #expect(throws: SubmitError.self) { try await run(launcher).wait(for: record) }
        #expect(launcher.pauses.reduce(.zero, +) == .seconds(600))
    }

    /// Patience would not help.
    @Test func refusedCredentialsEndTheWaitAtOnce() async throws {
        let launcher = ScriptedLauncher(.init(looks: [.success(.running), .failure(.unauthorized("answered 401"))]))
        let record = try JobRecord.sample(in: scratch)
        await #expect(throws: LauncherError.unauthorized("job 7: no news: answered 401; 'sml loadtest attach 7' tries again")) {
            try await run(launcher).wait(for: record)
        }
        #expect(launcher.pauses.count == 1)
    }

    @Test func aCancelledWaitLeavesTheJobAlone() async throws {
        let launcher = ScriptedLauncher(.init(looks: [.success(.running)]))
        let record = try JobRecord.sample(in: scratch)
        let display = display
        let clock = launcher.clock { if $0 == 3 { withUnsafeCurrentTask { $0?.cancel() } } }
        let waiting = Task { try await ClusterRun(launcher: launcher, display: display, clock: clock).wait(for: record) }
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(launcher.calls.isEmpty)
    }

    // MARK: Results

    /// After which attempt a summary is found, if it comes that late.
    @Test(
        arguments: [
            (JobEnd(.completed), 6, true, 30), (JobEnd(.completed), 7, false, 30),
            // After a lost node what is left of the run writes its summary some seconds later.
            (JobEnd(.nodeFailure), 1, true, 2), (JobEnd(.failed, exitCode: 137), 5, true, 10), (JobEnd(.timeout), 6, false, 10),
            // One that never began has none.
            (JobEnd(.cancelled, elapsed: .zero), 1, false, 0),
        ] as [(JobEnd, Int, Bool, Int)])
    func aLateSummaryIsWaitedFor(end: JobEnd, attempts: Int, isFound: Bool, seconds: Int) async throws {
        let launcher = ScriptedLauncher(
            .init(files: ["/runs/l/summary.json": Array("{}".utf8)], late: ["/runs/l/summary.json": attempts]))
        let results = await run(launcher).collect(try JobRecord.sample(in: scratch), after: end)
        #expect(results == .init(summary: isFound, records: []))
        #expect(launcher.pauses.reduce(.zero, +) == .seconds(seconds))
        #expect(FileManager.default.fileExists(atPath: scratch.file("summary_s.json")) == isFound)
    }

    @Test func everyTasksRecordsComeHome() async throws {
        let launcher = ScriptedLauncher(
            .init(files: [
                "/runs/l/summary.json": Array("{}".utf8), "/runs/l/records.0.smlrec": [0], "/runs/l/records.2.smlrec": [2],
            ]))
        let results = await run(launcher).collect(try JobRecord.sample(in: scratch, nodes: 3), after: JobEnd(.completed))
        #expect(results.records == [scratch.file("records_s.0.smlrec"), scratch.file("records_s.2.smlrec")])
        #expect(FileManager.default.contents(atPath: scratch.file("records_s.2.smlrec")) == Data([2]))
    }

    @Test func whatCannotBeFetchedOrRemovedIsSaid() async throws {
        let launcher = ScriptedLauncher(
            .init(failing: ["fetch /runs/l/summary.json", "remove /runs/l/run_config.json"]))
        let results = await run(launcher).collect(try JobRecord.sample(in: scratch), after: JobEnd(.completed))
        #expect(
            results.problems == [
                "/runs/l/summary.json: not fetched: fetch failed",
                "/runs/l/run_config.json: not removed, and it may hold a key: remove failed",
            ])
        #expect(launcher.pauses.isEmpty)
    }
}
