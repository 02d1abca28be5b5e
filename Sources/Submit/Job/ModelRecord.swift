// What is written down right after a model's job is submitted: a job of many nodes must be found again and cancelled,
// whatever becomes of the command that submitted it.

import FoundationEssentials
import ScenarioFiles

/// One launched model, as `model_<id>.json` in the directory of its load tests' results.
package struct ModelRecord: Sendable, Equatable, Codable {
    package var jobID: JobID
    package var jobName: String
    package var servedModelName: String
    /// `slurm` or `firecrest`.
    package var launcher: String
    package var system: String?
    /// On the cluster.
    package var logs: String

    enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
        case jobName = "job_name"
        case servedModelName = "served_model_name"
        case launcher, system, logs
    }

    package init(jobID: JobID, jobName: String, servedModelName: String, launcher: String, system: String?, logs: String) {
        self.jobID = jobID
        self.jobName = jobName
        self.servedModelName = servedModelName
        self.launcher = launcher
        self.system = system
        self.logs = logs
    }

    /// Below `results`, which is made if need be.
    package func write(results: String) throws {
        try ResultDirectory.prepare("\(results)/\(jobID)")
        try SubmissionFile.write(self, to: Self.path(jobID, results))
    }

    /// Nil when no model was launched from here under this number.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` when its file cannot be read.
    package static func find(_ text: String, results: String) throws -> ModelRecord? {
        guard let id = JobID(text) else { return nil }
        let path = path(id, results)
        guard TextFile.isThere(path) else { return nil }
        let text: String
        do { text = try TextFile.read(path) } catch { throw SubmitError.usage(error.description) }
        guard let record = try? JSONDecoder().decode(ModelRecord.self, from: Data(text.utf8)) else {
            throw SubmitError.usage("\(path): is not the record of a model's job")
        }
        return record
    }

    private static func path(_ id: JobID, _ results: String) -> String { "\(results)/\(id)/model_\(id).json" }
}
