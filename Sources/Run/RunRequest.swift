// What one run is asked for, whoever asked: our own command line or k6's. Values that are checked already; files are
// read when the run is made.

import Generator
import RemoteWrite
import Base
import Scenarios
import Series
import Tasks

package struct RunRequest {
    package enum Configuration {
        case file(String)
        /// A text that came another way; `name` is what errors call it. Its shape is checked.
        case parsed(RunConfiguration)
    }

    /// What goes to stdout at the end.
    package enum Result {
        case block
        /// k6's: the heading and the document of handleSummary first, for readers of a log that look for it.
        case handleSummary
    }

    /// Begins every message.
    package var program = "sml-loadgen"
    package var configuration: Configuration
    package var prompts: String
    /// Label, seed and system prompt that win over the configuration's.
    package var environment: RunEnvironment
    /// Where everything goes that has no name of its own.
    package var directory: String
    /// What `directory` is called where the results are read: outside of a container it has another name.
    package var shownDirectory: String
    /// Where the summary is written, each whole; the first is the one that messages name.
    package var summaries: [String]
    /// Whether results that are there may be replaced, as k6 does.
    package var replacesResults = false
    package var records: String?
    /// Scales the plan to this length.
    package var duration: Duration?
    package var workers: Int?
    /// Shards get real-time priority, or the run does not begin.
    package var isRealtime = false
    /// After a signal.
    package var drain = Duration.zero
    package var remoteWrite: RemoteWriteConfiguration?
    package var remoteWriteDrain = Duration.seconds(60)
    package var requireRemoteWrite = false
    /// Whether a run that measured its generator is a failure.
    package var requireValid = false
    /// Whether thresholds count for nothing (k6's --no-thresholds).
    package var ignoresThresholds = false
    /// Labels of every series besides the run's own.
    package var tags: [SeriesTags.Tag] = []
    package var result = Result.block
    package var quiet = false
    /// All of the result's block, also where it does not fit on the terminal.
    package var details = false
    /// Whether one request is sent before the plan, to find out what is wrong with the command.
    package var sendsTestRequest = true
    /// Whether a run in which no request succeeded has an exit code of its own. k6 has none.
    package var failsWithoutSuccess = true
    /// How long to wait for the server before the load; nil for not at all.
    package var serverWait: Duration?
    /// How often the plan is run.
    package var repeats = 1
    /// Which of several runs this is; nil for the only one.
    package var repetition: Int?
    /// Of a search for a server's capacity, the load that this run tries; nil for a plain run.
    var capacity: CapacityTrial?
    /// Set when this is one of several tasks.
    package var task: Task?

    package struct Task {
        package var share: TaskShare
        /// Records file, to which each task adds its number.
        package var records: String
        /// Tells attempts at one run apart.
        package var attempt: String
        /// How long to wait for the others.
        package var wait: Duration
    }

    package init(
        program: String = "sml-loadgen", configuration: Configuration, prompts: String, environment: RunEnvironment,
        directory: String, summaries: [String], replacesResults: Bool = false
    ) {
        self.program = program
        self.configuration = configuration
        self.prompts = prompts
        self.environment = environment
        self.directory = directory
        shownDirectory = directory
        self.summaries = summaries
        self.replacesResults = replacesResults
    }
}

extension RunRequest {
    /// Whether what is the same for every run of the plan is said and asked now.
    var isFirst: Bool { repetition ?? 1 == 1 }

    /// The request of run `number`, from 1, of several: everything of its own in a directory of its own. The server is asked
    /// before the first only.
    func repeated(_ number: Int) -> RunRequest { part(number, directory: RepeatFile.directory(number)) }

    /// The same of a probe of a search for a capacity.
    func probing(_ trial: CapacityTrial) -> RunRequest {
        var one = part(trial.load.number, directory: CapacityFile.directory(trial.load.number))
        one.capacity = trial
        return one
    }

    private func part(_ number: Int, directory name: String) -> RunRequest {
        var one = self
        one.repetition = number
        one.directory = PathText.joined(directory, name)
        one.shownDirectory = PathText.joined(shownDirectory, name)
        one.summaries = summaries.map { PathText.joined(one.directory, PathText.name(of: $0)) }
        one.records = records.map { PathText.joined(one.directory, PathText.name(of: $0)) }
        if let task { one.task?.records = PathText.joined(one.directory, PathText.name(of: task.records)) }
        guard number > 1 else { return one }
        one.serverWait = nil
        one.sendsTestRequest = false
        return one
    }

    /// Makes this the request of one task: task 0 writes the result of all, every one keeps its records, and series
    /// that all have are told apart by a label.
    package mutating func become(_ share: TaskShare, attempt: String, wait: Duration) {
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
