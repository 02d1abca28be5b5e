// What a run came to, as a value: everything that a summary says, with types. The two documents of k6, our own object and
// the text block are written from it; it is made from records or read back from a summary, and what compares or shows
// results stands on it. Metrics are kept by name, so that one more is an entry of the catalogue and no member here.

import Base
import Generator

/// The result of a run. Coded as the summary's document, so that there is one form of it on disk.
package struct RunResult: Sendable, Equatable {
    /// Version of the formulas behind the numbers; nil when a document does not say, as those of k6.
    package var formulas: Int64?
    /// SML's scenario name.
    package var scenario: String
    /// How and when it ended; nil in a document of k6.
    package var outcome: Outcome?
    /// What was run, with what, where; nil in a document of k6.
    package var run: RunContext?
    /// Of all requests.
    package var metrics: MetricValues
    /// k6's checks: name, passes and fails.
    package var checks: [Check]
    /// By prompt label, in the order of the corpus; labels without a request are left out.
    package var labels: [LabelResult]
    /// Whether the generator kept up with its own plan.
    package var punctuality: Punctuality
    /// Windows, intervals and verdict; nil where no request ended, and in documents of before there were any.
    package var certainty: Certainty?
    /// How it went over time; nil in documents of before it was kept.
    package var timeline: Timeline?
    /// All durations by size; nil likewise.
    package var distributions: Distributions?
    /// How far interrupted requests had got.
    package var interruptedPhases: [String: UInt64]
    /// `finish_reason` of the first choice of succeeded requests.
    package var finishReasons: [String: UInt64]
    /// Succeeded requests that another model answered than the one asked for, by that model's name.
    package var otherModels: [String: UInt64] = [:]
    /// What the run was judged by, in the scenario's order.
    package var thresholds: [ThresholdResult] = []
    /// Failed requests by cause, the most frequent first.
    package var errors: [ErrorResult]
    /// The connections that were opened, the most frequent kind first; empty where nobody kept it.
    package var connections: [ConnectionCount]
    /// Nil without remote write.
    package var remoteWrite: RemoteWriteResult?
    /// Of a run of several tasks, one each; else empty.
    package var tasks: [TaskResult]
    /// Of a run that carried several loads at once, the result of each for itself; else empty. What stands beside it is of all
    /// together.
    package var lanes: [LaneResult] = []
    /// Of a run of two arms.
    package var comparison: ArmComparison?
    /// Of what looked at the server beside the run's load: one, or none. In nothing that stands beside it.
    package var probes: [RunResult] = []

    package init(
        formulas: Int64? = nil, scenario: String = "", outcome: Outcome? = nil, run: RunContext? = nil,
        metrics: MetricValues = MetricValues(), checks: [Check] = [], labels: [LabelResult] = [],
        punctuality: Punctuality = Punctuality(), interruptedPhases: [String: UInt64] = [:], finishReasons: [String: UInt64] = [:],
        errors: [ErrorResult] = [], connections: [ConnectionCount] = [], remoteWrite: RemoteWriteResult? = nil, tasks: [TaskResult] = [],
        certainty: Certainty? = nil
    ) {
        self.formulas = formulas
        self.scenario = scenario
        self.outcome = outcome
        self.run = run
        self.metrics = metrics
        self.checks = checks
        self.labels = labels
        self.punctuality = punctuality
        self.certainty = certainty
        self.interruptedPhases = interruptedPhases
        self.finishReasons = finishReasons
        self.errors = errors
        self.connections = connections
        self.remoteWrite = remoteWrite
        self.tasks = tasks
    }

    /// Run duration, seconds: what rates are divided by.
    package var seconds: Double { outcome?.durationSeconds ?? 0 }

    /// A total per second of the run; 0 for a run without length.
    package func rate(_ name: MetricName) -> Double { seconds > 0 ? Double(metrics.count(name)) / seconds : 0 }

    /// The result of that prompt label.
    package func label(_ name: String) -> LabelResult? { labels.first { $0.name == name } }

    /// Numbers of the tasks whose records are missing or have no end.
    package var lostTasks: [Int] { tasks.filter { $0.state != TaskOutcome.State.complete.rawValue }.map(\.index) }
}

extension RunResult {
    /// How a run ended.
    package struct Outcome: Sendable, Equatable {
        package var kind: RunOutcome.Kind
        /// Why it was cut short or stopped; secrets masked.
        package var reason: String?
        /// From the run's zero to the end of the executor, its graceful stop included.
        package var durationSeconds: Double
        /// Wall clock, RFC 3339 in UTC, as the summary has them.
        package var started: String
        package var ended: String
        /// Records that could not be taken in; anything but 0 makes every count too low.
        package var lostRecords: UInt64
    }

    /// One of k6's checks.
    package struct Check: Sendable, Equatable {
        package var name: String
        package var rate: Rate

        package static let status = "status 200"
        package static let choices = "has choices"
    }
}

/// The result of the requests of one prompt label.
package struct LabelResult: Sendable, Equatable {
    package var name: String
    /// Those of the catalogue that are shown by label.
    package var metrics: MetricValues
    /// Failed requests by final status, 0 for transport errors.
    package var errorsByStatus: [Int: UInt64]
}

extension RunResult: Codable {
    package func encode(to encoder: any Encoder) throws { try SummaryWriter.document(self).encode(to: encoder) }

    package init(from decoder: any Decoder) throws {
        guard let result = try RunResult(document: JSON(from: decoder)) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no summary"))
        }
        self = result
    }
}
