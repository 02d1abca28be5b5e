// What is kept on this machine of a job: before its submission under its name, afterwards under its number.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct JobRecordTests {
    private let scratch: ScratchDirectory
    private let submission: SubmissionRecord

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write("model/note", "")
        submission = SubmissionRecord(
            jobName: "sml_loadtest_s_abcdef", runLabel: "loadtest_s_20260101_120000_ABCDEF", scenario: "s", launcher: "firecrest",
            system: "c", runDirectory: "/r", log: "/l/%j/out", summary: scratch.file("model/summary_s.json"),
            records: scratch.file("model/records_s.smlrec"), jobTimeSeconds: 60, loadSeconds: 15)
    }

    private func find(_ text: String) throws -> KnownRun { try KnownRun.find(text, results: scratch.path) }

    @Test(arguments: ["sml_loadtest_s_abcdef", "loadtest_s_20260101_120000_ABCDEF"])
    func aSubmissionIsFoundByItsNamesUntilItsNumberIsKnown(name: String) throws {
        try submission.write()
        #expect(try find(name) == .submission(submission))
        let record = JobRecord(jobID: try #require(JobID("42")), submission: submission)
        #expect(record.log == "/l/42/out")
        try record.write()
        #expect(try find(name) == .job(record))
        #expect(try find("42") == .job(record))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("model")).sorted() == ["job_42.json", "note"])
    }

    @Test func whatWasNotSubmittedFromHereIsSaid() throws {
        for (text, words) in [
            ("43", "job 43: was not submitted from here; no job_43.json under"), ("x", "expected a job's number or name"),
            ("", "expected a job's number or name"), ("sml_loadtest_x", "job sml_loadtest_x: was not submitted from here"),
        ] {
            let error = #expect(throws: SubmitError.self) { try find(text) }
            #expect(error?.description.contains(words) == true && error?.exitCode == 64, "\(String(describing: error))")
        }
    }

    @Test func eachOfSeveralRunsHasItsOwnFiles() throws {
        var several = submission
        several.repeats = 2
        let record = JobRecord(jobID: try #require(JobID("42")), submission: several)
        try record.write()
        #expect(try find("42") == .job(record))
        #expect(record.runs.map(\.runDirectory) == ["/r/run-1", "/r/run-2"])
        #expect(record.runs.map(\.summary) == [scratch.file("model/summary_s_run1.json"), scratch.file("model/summary_s_run2.json")])
        #expect(record.runs[1].records == scratch.file("model/records_s_run2.smlrec"))
        #expect(record.combined == scratch.file("model/repeats_s.json"))
        #expect(JobRecord(jobID: record.jobID, submission: submission).runs.map(\.runDirectory) == ["/r"])
    }

    /// Of a version that knew neither names nor the length of the load.
    @Test func anOldRecordIsRead() throws {
        try scratch.write(
            "model/job_7.json",
            """
            {"job_id": "7", "job_name": "n", "job_time_seconds": 60, "launcher": "slurm", "log": "/l/7/out", "nodes": 1,
             "records": "/c", "run_directory": "/r", "run_label": "l", "scenario": "s", "summary": "/s"}
            """)
        guard case .job(let record) = try find("7") else { Issue.record("no job"); return }
        #expect(record.log == "/l/7/out" && record.loadSeconds == nil && record.runDirectory == "/r")
    }
}
