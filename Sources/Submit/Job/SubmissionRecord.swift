// What is written down before a job is submitted, so that no answer that is lost, and no signal, loses the job: under which
// name it is queued, where its results lie, and where they are to go.

import FoundationEssentials
import Glibc
import Base

/// One run that may have been submitted, as `submission_<job name>.json` in its result directory until its number is known.
package struct SubmissionRecord: Sendable, Equatable, Codable {
    package var jobName: String
    package var runLabel: String
    package var scenario: String
    /// `slurm` or `firecrest`.
    package var launcher: String
    package var system: String?
    /// On the cluster.
    package var runDirectory: String
    /// On the cluster; `%j` for the job's number.
    package var log: String
    /// On this machine; `%j` for the job's number.
    package var summary: String
    /// The same; of several nodes, each has a file of this name with its number in it.
    package var records: String
    /// The job's time limit.
    package var jobTimeSeconds: Int64
    /// How long the load lasts by its plan; the job cannot end well before.
    package var loadSeconds: Int64?
    package var nodes: Int
    /// How often its plan is run; nil for once.
    package var repeats: Int?
    /// Whether it searches for the server's capacity, in as many runs as that takes.
    package var capacity: Bool?

    enum CodingKeys: String, CodingKey {
        case jobName = "job_name"
        case runLabel = "run_label"
        case scenario, launcher, system
        case runDirectory = "run_directory"
        case log, summary, records, nodes, repeats, capacity
        case jobTimeSeconds = "job_time_seconds"
        case loadSeconds = "load_seconds"
    }

    package init(
        jobName: String, runLabel: String, scenario: String, launcher: String, system: String?, runDirectory: String, log: String,
        summary: String, records: String, jobTimeSeconds: Int64, loadSeconds: Int64? = nil, nodes: Int = 1, repeats: Int = 1,
        isCapacity: Bool = false
    ) {
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
        self.loadSeconds = loadSeconds
        self.nodes = nodes
        self.repeats = repeats > 1 ? repeats : nil
        capacity = isCapacity ? true : nil
    }

    /// On this machine, where its results go.
    package var directory: String { PathText.parent(of: summary) }

    private var path: String { "\(directory)/\(Self.prefix)\(jobName).json" }
    static let prefix = "submission_"

    /// Before anything is sent.
    package func write() throws { try SubmissionFile.write(self, to: path) }

    /// Nothing was submitted, or its number is known and written down.
    package func remove() { unlink(path) }

    /// Whether somebody may mean this one: by the job's name, or by the run's label.
    func isCalled(_ text: String) -> Bool { text == jobName || text == runLabel }
}
