// What may be removed of a run on the cluster: nothing that is not at home, nothing of a job that is not over.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct StagedRunCleaningTests {
    private let scratch: ScratchDirectory
    private let record: JobRecord
    private let directory = "/runs/loadtest_s_20260101_000000_ABCDEF"

    init() throws {
        scratch = try ScratchDirectory()
        record = JobRecord(
            jobID: try #require(JobID("7")),
            submission: SubmissionRecord(
                jobName: "n", runLabel: "loadtest_s_20260101_000000_ABCDEF", scenario: "s", launcher: "slurm", system: nil,
                runDirectory: directory, log: "/runs/logs/%j/loadtest.out", summary: scratch.file("m/summary_s.json"),
                records: scratch.file("m/records_s.smlrec"), jobTimeSeconds: 60))
        try scratch.write("m/summary_s.json", "12345")
        try scratch.write("m/records_s.smlrec", "123")
    }

    /// - Parameter files: in the run's directory, with their sizes.
    private func look(
        _ state: JobState, _ files: [String: Int] = ["records.smlrec": 3, "summary.json": 5]
    ) async -> (
        StagedRunCleaning.Verdict, ScriptedLauncher
    ) {
        var there = Dictionary(uniqueKeysWithValues: files.map { ("\(directory)/\($0.key)", [UInt8](repeating: 0, count: $0.value)) })
        // The stand-in knows files only.
        there[directory] = []
        let launcher = ScriptedLauncher(.init(looks: [.success(state)], files: there))
        return (await StagedRunCleaning(launcher: launcher).look(at: record), launcher)
    }

    @Test func whatIsAtHomeCanGo() async throws {
        for state in [JobState.ended(JobEnd(.completed)), .ended(JobEnd(.failed, exitCode: 99)), .unknown] {
            let (verdict, launcher) = await look(state)
            #expect(verdict == .removable(8))
            #expect(launcher.calls.isEmpty)
            try await StagedRunCleaning(launcher: launcher).remove(record)
            #expect(launcher.calls == ["remove directory \(directory)"])
        }
    }

    @Test(arguments: [JobState.pending(reason: nil), .running, .ending]) func aJobThatIsNotOverKeepsItsOwn(state: JobState) async {
        #expect(await look(state).0 == .kept("job 7 is \(state.name)"))
    }

    @Test func whatIsNotAtHomeStays() async throws {
        let over = JobState.ended(JobEnd(.completed))
        let longer = await look(over, ["records.smlrec": 4]).0
        #expect(longer == .kept("records.smlrec is not here as a whole; 'sml loadtest attach 7' fetches it"))
        let undelivered = await look(over, ["undelivered.smlpush": 9]).0
        #expect(undelivered == .kept("holds series that were not delivered, in undelivered.smlpush"))
        try FileManager.default.removeItem(atPath: record.summary)
        #expect(await look(over).0 == .kept("its summary is not here; 'sml loadtest attach 7' fetches it"))
    }

    @Test func everyRunOfThisHomeIsFound() throws {
        try record.write()
        try scratch.write("m/job_x.json", "{}")
        try scratch.write("n/note", "")
        #expect(JobRecord.all(results: scratch.path) == [record])
        #expect(JobRecord.all(results: scratch.file("none")).isEmpty)
    }
}
