// What is written down right after submission, so that a closed laptop loses nothing: which job, where its results
// lie, and where they are to go.

import FoundationEssentials
import ScenarioFiles
import Base
import Scenarios

/// One submitted run, as `job_<id>.json` in its result directory.
@dynamicMemberLookup
package struct JobRecord: Sendable, Equatable, Codable {
    package var jobID: JobID
    package private(set) var submission: SubmissionRecord

    enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
    }

    package init(jobID: JobID, submission: SubmissionRecord) {
        self.jobID = jobID
        self.submission = submission
        for path in [\SubmissionRecord.log, \.summary, \.records] {
            self.submission[keyPath: path] = submission[keyPath: path].replacing("%j", with: jobID.description)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(jobID: try container.decode(JobID.self, forKey: .jobID), submission: try SubmissionRecord(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try submission.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(jobID, forKey: .jobID)
    }

    /// One for each run of its plan: the job's own where that is run once.
    package var runs: [JobRecord] {
        guard let repeats = submission.repeats, (2...RepeatFile.most).contains(repeats) else { return [self] }
        return (1...repeats).map { part(directory: RepeatFile.directory($0)) { [number = $0] in RepeatFile.named($0, run: number) } }
    }

    /// The first `count` probes of a search for a capacity.
    package func probes(_ count: Int) -> [JobRecord] {
        (0..<count).map { index in
            part(directory: CapacityFile.directory(index + 1)) { CapacityFile.named($0, probe: index + 1) }
        }
    }

    private func part(directory: String, named: (String) -> String) -> JobRecord {
        var one = self
        one.submission.runDirectory += "/\(directory)"
        for path in [\SubmissionRecord.summary, \.records] {
            let (name, ending) = Self.split(one.submission[keyPath: path])
            one.submission[keyPath: path] = named(name) + ending
        }
        return one
    }

    /// Whether it is a search for a capacity.
    package var isCapacity: Bool { submission.capacity == true }

    /// What all runs of its plan came to together, on this machine: `summary_x.json` has `repeats_x.json` beside it, or of a search
    /// `capacity_x.json`.
    package var combined: String {
        let name = PathText.name(of: submission.summary)
        let kind = isCapacity ? "capacity" : "repeats"
        return "\(submission.directory)/\(kind)_\(name.hasPrefix("summary_") ? String(name.dropFirst("summary_".count)) : name)"
    }

    private static func split(_ path: String) -> (name: String, ending: String) {
        guard let dot = path.lastIndex(of: ".") else { return (path, "") }
        return (String(path[..<dot]), String(path[dot...]))
    }

    package subscript<Value>(dynamicMember path: KeyPath<SubmissionRecord, Value>) -> Value { submission[keyPath: path] }

    /// Takes the place of the record that was written before the submission.
    package func write() throws {
        try SubmissionFile.write(self, to: "\(submission.directory)/\(Self.fileName(jobID))")
        submission.remove()
    }

    static func fileName(_ id: JobID) -> String { "\(prefix)\(id).json" }
    static let prefix = "job_"
}

/// What this machine knows of a run that somebody names.
package enum KnownRun: Sendable, Equatable {
    case job(JobRecord)
    /// Its number was never learnt.
    case submission(SubmissionRecord)

    /// What was submitted from this machine under this number, or name, or label: in one of the directories of `results`.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` when there is none or it cannot be read.
    package static func find(_ text: String, results: String) throws -> KnownRun {
        let names = ["sml_loadtest_", "loadtest_"]
        guard JobID(text) != nil || names.contains(where: { text.hasPrefix($0) }) else {
            throw SubmitError.usage("JOBID: \(JSON.string(text).shown) is not accepted; expected a job's number or name")
        }
        let directories = ((try? FileLook.names(in: results)) ?? []).map { "\(results)/\($0)" }
        let found = try JobID(text).map { id in try numbered(id, directories) } ?? named(text, directories)
        guard let found else {
            let what = JobID(text).map { "no \(JobRecord.fileName($0))" } ?? "nothing of that name"
            throw SubmitError.usage("job \(text): was not submitted from here; \(what) under \(results)")
        }
        return found
    }

    private static func numbered(_ id: JobID, _ directories: [String]) throws -> KnownRun? {
        // Numbers start again when a cluster is set up anew: the youngest file is meant.
        let paths = directories.map { "\($0)/\(JobRecord.fileName(id))" }.filter { FileLook.isThere($0) }
        guard let path = paths.max(by: { FileLook.changed($0) ?? .min < FileLook.changed($1) ?? .min }) else { return nil }
        let text: String
        do { text = try TextFile.read(path) } catch { throw SubmitError.usage(error.description) }
        guard let record: JobRecord = read(text), (1...1024).contains(record.nodes),
            (1...RepeatFile.most).contains(record.repeats ?? 1)
        else {
            throw SubmitError.usage("\(path): is not the record of a job")
        }
        return .job(record)
    }

    /// The one with a number, should both files be there.
    private static func named(_ name: String, _ directories: [String]) -> KnownRun? {
        let files = directories.flatMap { directory in
            ((try? FileLook.names(in: directory)) ?? []).filter { $0.hasSuffix(".json") }.map { (directory, $0) }
        }
        func records<Record: Decodable>(_ prefix: String) -> [Record] {
            files.filter { $0.1.hasPrefix(prefix) }.compactMap { (try? TextFile.read("\($0.0)/\($0.1)")).flatMap { read($0) } }
        }
        let jobs: [JobRecord] = records(JobRecord.prefix)
        if let job = jobs.first(where: { $0.submission.isCalled(name) }) { return .job(job) }
        let submissions: [SubmissionRecord] = records(SubmissionRecord.prefix)
        return submissions.first { $0.isCalled(name) }.map { .submission($0) }
    }

    private static func read<Record: Decodable>(_ text: String) -> Record? {
        try? JSONDecoder().decode(Record.self, from: Data(text.utf8))
    }
}
