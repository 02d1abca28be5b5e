// What is written down right after submission, so that a closed laptop loses nothing: which job, where its results
// lie, and where they are to go.

import FoundationEssentials
import ScenarioFiles
import Base
import Scenarios

/// One submitted run, as `job_<id>.json` in its result directory.
package struct JobRecord: Sendable, Equatable, Codable {
    package var jobID: JobID
    package var jobName: String
    package var runLabel: String
    package var scenario: String
    /// `slurm` or `firecrest`.
    package var launcher: String
    package var system: String?
    /// On the cluster.
    package var runDirectory: String
    package var log: String
    /// On this machine.
    package var summary: String
    /// Of several nodes, each has a file of this name with its number in it.
    package var records: String
    /// The job's time limit.
    package var jobTimeSeconds: Int64
    package var nodes: Int

    enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
        case jobName = "job_name"
        case runLabel = "run_label"
        case scenario, launcher, system
        case runDirectory = "run_directory"
        case log, summary, records, nodes
        case jobTimeSeconds = "job_time_seconds"
    }

    package init(
        jobID: JobID, jobName: String, runLabel: String, scenario: String, launcher: String, system: String?,
        runDirectory: String, log: String, summary: String, records: String, jobTimeSeconds: Int64,
        nodes: Int = 1
    ) {
        self.jobID = jobID
        self.jobName = jobName
        self.runLabel = runLabel
        self.scenario = scenario
        self.launcher = launcher
        self.system = system
        self.runDirectory = runDirectory
        self.log = log
        self.summary = summary
        self.records = records
        self.jobTimeSeconds = jobTimeSeconds
        self.nodes = nodes
    }

    package func write(directory: String) throws {
        try SubmissionFile.write(self, to: "\(directory)/\(Self.fileName(jobID))")
    }

    /// The record of a job that was submitted from this machine: in one of the directories of `results`.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` when there is none or it cannot be read.
    package static func find(_ text: String, results: String) throws -> JobRecord {
        guard let id = JobID(text) else {
            throw SubmitError.usage("JOBID: \(ConfigValue.string(text).shown) is not accepted; expected a job's number")
        }
        let runs = (try? FileLook.names(in: results)) ?? []
        // Numbers start again when a cluster is set up anew: the youngest file is meant.
        let paths = runs.map { "\(results)/\($0)/\(fileName(id))" }.filter { FileLook.isThere($0) }
        guard let path = paths.max(by: { FileLook.changed($0) ?? .min < FileLook.changed($1) ?? .min }) else {
            throw SubmitError.usage("job \(id): was not submitted from here; no \(fileName(id)) under \(results)")
        }
        let text: String
        do { text = try TextFile.read(path) } catch { throw SubmitError.usage(error.description) }
        guard let record = try? JSONDecoder().decode(JobRecord.self, from: Data(text.utf8)), (1...1024).contains(record.nodes)
        else {
            throw SubmitError.usage("\(path): is not the record of a job")
        }
        return record
    }

    private static func fileName(_ id: JobID) -> String { "job_\(id).json" }
}

/// Where results go on this machine.
package enum ResultDirectory {
    /// Holds a directory for each model.
    package static func root(environment: [String: String]) -> String {
        ConfigurationFile.directory(environment: environment) + "/loadtest"
    }

    /// Makes a model's directory.
    package static func prepare(_ path: String) throws { try Directories.make(path) }

    /// SML's name of a run against a server that runs already: the model with `_` for `/`, or `external`.
    package static func runID(model: String?) -> String {
        guard let model, !model.isEmpty else { return "external" }
        let name = model.replacing("/", with: "_")
        return name == "." || name == ".." ? "_" : name
    }

    /// `summary_<scenario>_<YYYYmmdd_HHMMSS>_%j.json` and the records of the same name: from the run label, which has the first
    /// two parts. `%j` is for the job's number, because several runs of one scenario can begin within a second.
    package static func fileNames(runLabel: String) -> (summary: String, records: String) {
        let parts = runLabel.split(separator: "_", omittingEmptySubsequences: false)
        let name = parts.dropFirst().dropLast().joined(separator: "_")
        return ("summary_\(name)_%j.json", "records_\(name)_%j.smlrec")
    }
}
