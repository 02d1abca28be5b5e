// What one run is asked for, whoever asked: our own command line or k6's. Values that are checked already; files are
// read when the run is made.

import Generator
import RemoteWrite
import Base
import Scenarios
import Series
import Tasks

struct RunRequest {
    enum Configuration {
        case file(String)
        /// A text that came another way; `name` is what errors call it. Its shape is checked.
        case parsed(RunConfiguration)
    }

    /// What goes to stdout at the end.
    enum Result {
        case block
        /// k6's: the heading and the document of handleSummary first, for readers of a log that look for it.
        case handleSummary
    }

    /// Begins every message.
    var program = "sml-loadgen"
    var configuration: Configuration
    var prompts: String
    /// Label, seed and system prompt that win over the configuration's.
    var environment: RunEnvironment
    /// Where everything goes that has no name of its own.
    var directory: String
    /// Where the summary is written, each whole; the first is the one that messages name.
    var summaries: [String]
    /// Whether results that are there may be replaced, as k6 does.
    var replacesResults = false
    var records: String?
    /// Scales the plan to this length.
    var duration: Duration?
    var workers: Int?
    /// After a signal.
    var drain = Duration.zero
    var remoteWrite: RemoteWriteConfiguration?
    var remoteWriteDrain = Duration.seconds(60)
    var requireRemoteWrite = false
    /// Labels of every series besides the run's own.
    var tags: [SeriesTags.Tag] = []
    var result = Result.block
    var quiet = false
    /// Set when this is one of several tasks.
    var task: Task?

    struct Task {
        var share: TaskShare
        /// Records file, to which each task adds its number.
        var records: String
        /// Tells attempts at one run apart.
        var attempt: String
        /// How long to wait for the others.
        var wait: Duration
    }
}

extension RunRequest {
    /// Checks the options of `sml-loadgen`.
    ///
    /// - Throws: `ConfigurationError`, `RemoteWriteConfigurationError`.
    init(_ options: LoadGenerator, environment: [String: String]) throws {
        self.init(
            configuration: .file(options.config), prompts: options.prompts,
            environment: RunEnvironment(environment), directory: options.out,
            summaries: [options.out + "/summary.json"])
        if let label = options.runLabel {
            self.environment.runLabel = label
            self.environment.runLabelName = "--run-label"
        }
        records = options.records
        quiet = options.quiet
        requireRemoteWrite = options.requireRemoteWrite
        drain = try OptionValue.duration(options.drain, option: "--drain", atLeast: .zero)
        remoteWriteDrain = try OptionValue.duration(
            options.remoteWriteDrain, option: "--remote-write-drain", atLeast: .zero)
        duration = try options.duration.map { (text) throws(ConfigurationError) in
            try OptionValue.duration(text, option: "--duration", atLeast: .seconds(1))
        }
        workers = try options.workers.map { (count) throws(ConfigurationError) in
            try OptionValue.count(count, option: "--workers", in: 1...WorkerCount.limit)
        }
        remoteWrite = try RunDelivery.configuration(url: options.remoteWriteUrl, environment: environment)
        if requireRemoteWrite, remoteWrite == nil {
            throw ConfigurationError(.usage, "--require-remote-write: there is no receiver; give --remote-write-url")
        }
        let wait = try OptionValue.duration(options.taskWait, option: "--task-wait", atLeast: .seconds(1))
        let share = try options.task.map { (text) throws(ConfigurationError) in
            try TaskOption.parse(text, environment: environment)
        }
        if let share, share.count > 1 { become(share, attempt: TaskOption.attempt(environment: environment), wait: wait) }
    }

    /// Makes this the request of one task: task 0 writes the result of all, every one keeps its records, and series
    /// that all have are told apart by a label.
    private mutating func become(_ share: TaskShare, attempt: String, wait: Duration) {
        task = Task(
            share: share, records: records ?? directory + "/records.smlrec", attempt: attempt, wait: wait)
        records = nil
        tags.append(SeriesTags.Tag(name: "task", value: String(share.index)))
        if share.index > 0 {
            summaries = []
            quiet = true
        }
    }
}
