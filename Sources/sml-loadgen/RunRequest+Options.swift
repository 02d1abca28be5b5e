// The options of `sml-loadgen` as the request they stand for, each checked where it is named.

import Base
import Generator
import Run
import Scenarios
import Tasks

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
        if let outside = environment.filled("SML_RUN_DIRECTORY") { shownDirectory = OneLine.escaped(outside) }
        records = options.records
        quiet = options.quiet
        details = options.details
        sendsTestRequest = options.testRequest
        requireRemoteWrite = options.requireRemoteWrite
        requireValid = options.requireValid
        isRealtime = options.realtime
        drain = try OptionValue.duration(options.drain, option: "--drain", atLeast: .zero)
        remoteWriteDrain = try OptionValue.duration(
            options.remoteWriteDrain, option: "--remote-write-drain", atLeast: .zero)
        duration = try options.duration.map { (text) throws(ConfigurationError) in
            try OptionValue.duration(text, option: "--duration", atLeast: .seconds(1))
        }
        serverWait = try options.serverWait.map { (text) throws(ConfigurationError) in
            try OptionValue.duration(text, option: "--server-wait", atLeast: .seconds(1))
        }
        workers = try options.workers.map { (count) throws(ConfigurationError) in
            try OptionValue.count(count, option: "--workers", in: 1...WorkerCount.limit)
        }
        remoteWrite = try RunDelivery.configuration(url: options.remoteWriteUrl, environment: environment)
        if requireRemoteWrite, remoteWrite == nil {
            throw ConfigurationError(.usage, "--require-remote-write: there is no receiver; give --remote-write-url")
        }
        repeats = try OptionValue.count(options.repeat, option: "--repeat", in: 1...RepeatFile.most)
        // A name alone lies where the command was called.
        func directory(of path: String) -> String { PathText.parent(of: path).isEmpty ? "." : PathText.parent(of: path) }
        if repeats > 1, let records, directory(of: records) != directory(of: PathText.joined(options.out, "x")) {
            throw ConfigurationError(.usage, "--records: with --repeat each run's are in DIR/run-N; name a file in \(options.out)")
        }
        let wait = try OptionValue.duration(options.taskWait, option: "--task-wait", atLeast: .seconds(1))
        let share = try options.task.map { (text) throws(ConfigurationError) in
            try TaskOption.parse(text, environment: environment)
        }
        if let share, share.count > 1 { become(share, attempt: TaskOption.attempt(environment: environment), wait: wait) }
    }
}
