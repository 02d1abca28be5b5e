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

    private func submit(_ launcher: ScriptedLauncher) async throws -> SubmittedRun {
        try await run(launcher).submit(Self.job, staged: try staged(), record: .sample(in: scratch))
    }

    private var isWrittenDown: Bool { FileManager.default.fileExists(atPath: scratch.file("submission_sml_loadtest_s_abcdef.json")) }

    @Test func filesAreThereBeforeTheJob() async throws {
        let launcher = ScriptedLauncher()
        #expect(try await submit(launcher) == .job(try .sample(in: scratch)))
        #expect(launcher.calls == ["make /runs/l", "write /runs/l/run_config.json", "write /runs/l/loadgen.env", "submit n"])
        // Variables without credentials need not be hidden; a key always is.
        #expect(launcher.modes == ["/runs/l/run_config.json": .ownerOnly, "/runs/l/loadgen.env": .everybodyReads])
        // Written down before it was sent.
        #expect(isWrittenDown)
    }

    @Test(arguments: ["submit", "write /runs/l/loadgen.env"]) func aFailedSubmissionLeavesNoKey(failing: String) async throws {
        let launcher = ScriptedLauncher(.init(failing: [failing]))
        let error = await #expect(throws: NotSubmitted.self) { try await submit(launcher) }
        #expect(error?.reason is LauncherError && error?.left == [])
        #expect(launcher.files.isEmpty)
        #expect(!isWrittenDown)
    }

    @Test func aKeyThatCannotBeTakenBackIsSaid() async throws {
        let launcher = ScriptedLauncher(.init(failing: ["submit", "remove /runs/l/run_config.json"]))
        let error = await #expect(throws: NotSubmitted.self) { try await submit(launcher) }
        #expect(error?.left == ["/runs/l/run_config.json: not removed, and it may hold a key"])
    }

    /// It may be queued: its files stay for it, and its name is kept.
    @Test func aSubmissionInDoubtIsNotLost() async throws {
        let launcher = ScriptedLauncher(.init(submission: .failure(.doubtful("no answer"))))
        #expect(try await submit(launcher) == .doubtful(reason: "no answer"))
        #expect(launcher.files.count == 2)
        #expect(isWrittenDown)
    }

    /// A signal in the middle of staging.
    @Test func whatIsToldToStopWhileStagingSubmitsNothing() async throws {
        let launcher = ScriptedLauncher()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await submit(launcher)
        }
        let error = await #expect(throws: NotSubmitted.self) { try await task.value }
        #expect(error?.reason == nil)
        #expect(!launcher.calls.contains("submit n") && launcher.files.isEmpty)
    }

    /// A signal while the submission is under way: its answer is waited for a moment.
    @Test func anAnswerThatStillComesIsTaken() async throws {
        let launcher = ScriptedLauncher(.init(), atSubmission: { try? await Task.sleep(for: .milliseconds(200)) })
        let task = Task { try await submit(launcher) }
        while !launcher.calls.contains("submit n") { await Task.yield() }
        task.cancel()
        #expect(try await task.value == .job(try .sample(in: scratch)))
    }

    @Test func anAnswerThatDoesNotComeAnyMoreIsADoubt() async throws {
        let launcher = ScriptedLauncher(
            .init(submission: .failure(.refused("CancellationError()"))), atSubmission: { try? await Task.sleep(for: .seconds(60)) })
        let task = Task { try await submit(launcher) }
        while !launcher.calls.contains("submit n") { await Task.yield() }
        task.cancel()
        let start = ContinuousClock.now
        #expect(try await task.value == .doubtful(reason: "interrupted before the answer came"))
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(isWrittenDown)
    }

    @Test func aNameIsLookedUpUntilSLURMKnowsIt() async throws {
        let launcher = ScriptedLauncher(.init(named: [nil, nil, "7"]))
        let found = try await run(launcher).identify(.sample(in: scratch), pauses: ClusterRun.patientLooks)
        #expect(found == (try .sample(in: scratch)))
        #expect(launcher.pauses == [0, 2, 5].map { .seconds($0) })
        launcher.change { $0.named = [nil] }
        #expect(try await run(launcher).identify(.sample(in: scratch), pauses: ClusterRun.patientLooks) == nil)
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
        #expect(launcher.pauses == [2, 1, 1, 1].map { .seconds($0) })
    }

    /// A slow file system, for as long as the job takes and longer.
    @Test(arguments: [JobEnd(.completed), JobEnd(.failed, exitCode: 1)]) func aLogThatCannotBeReadTakesNoNewsAway(end: JobEnd) async throws
    {
        let record = try JobRecord.sample(in: scratch)
        let launcher = ScriptedLauncher(
            .init(looks: [.success(.running), .success(.running), .success(.ended(end))], unreadable: [record.log]))
        let ended = try await run(launcher).wait(for: record)
        #expect(ended.end == end && ended.tail == [])
        #expect(launcher.calls.contains("read \(record.log)"))
        #expect(launcher.pauses == [1, 1].map { .seconds($0) })
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
        let found = try await run(launcher).summary(of: try JobRecord.sample(in: scratch), after: end)
        #expect(found == (isFound ? .here : .none))
        #expect(launcher.pauses.reduce(.zero, +) == .seconds(seconds))
        #expect(FileManager.default.fileExists(atPath: scratch.file("summary_s.json")) == isFound)
    }

    @Test(arguments: [true, false]) func everyTasksRecordsComeHome(isListed: Bool) async throws {
        let record = try JobRecord.sample(in: scratch, nodes: 3)
        let launcher = ScriptedLauncher(
            .init(files: ["/runs/l/summary.json": Array("{}".utf8), "/runs/l/records.0.smlrec": [0], "/runs/l/records.2.smlrec": [2]]))
        let listing = isListed ? try await run(launcher).listing(of: record) : nil
        let results = try await run(launcher).records(of: record, listing: listing)
        #expect(results == .init(files: [scratch.file("records_s.0.smlrec"), scratch.file("records_s.2.smlrec")]))
        #expect(FileManager.default.contents(atPath: scratch.file("records_s.2.smlrec")) == Data([2]))
        // What is not listed is not asked for.
        #expect(launcher.calls.filter { $0.hasPrefix("fetch") }.count == (isListed ? 2 : 3))
    }

    @Test func whatCannotBeFetchedOrRemovedIsSaid() async throws {
        let launcher = ScriptedLauncher(
            .init(failing: ["fetch /runs/l/summary.json", "fetch /runs/l/records.smlrec", "remove /runs/l/run_config.json"]))
        let record = try JobRecord.sample(in: scratch)
        #expect(
            try await run(launcher).summary(of: record, after: JobEnd(.completed))
                == .failed("/runs/l/summary.json: not fetched: fetch failed"))
        #expect(try await run(launcher).records(of: record, listing: nil).problems == ["/runs/l/records.smlrec: not fetched: fetch failed"])
        #expect(
            await run(launcher).removeSecrets(record.submission)
                == ["/runs/l/run_config.json: not removed, and it may hold a key: remove failed"])
        #expect(launcher.pauses.isEmpty)
    }

    @Test func secretsThatAreGoneCostNoCall() async throws {
        let launcher = ScriptedLauncher(.init(files: ["/runs/l/summary.json": [1]]))
        let record = try JobRecord.sample(in: scratch)
        let listing = try await run(launcher).listing(of: record)
        #expect(await run(launcher).removeSecrets(record.submission, listing: listing) == [])
        #expect(launcher.calls == ["list /runs/l"])
    }
}
