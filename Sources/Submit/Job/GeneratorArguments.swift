// The command line of `sml-loadgen`, as those write it who start one: a job's script and `sml loadtest local`. Options that
// are not given here are left to its defaults. A test reads it back with the parser of `sml-loadgen` itself.

import Base

package struct GeneratorArguments: Sendable, Equatable {
    package var configuration: String
    package var prompts: String
    /// Where the summary goes.
    package var directory: String
    package var runLabel: String
    package var records: String?
    package var duration: String?
    package var workers: Int?
    /// Real-time priority for its shards.
    package var realtime = false
    /// After a signal, for answers in flight.
    package var drain: String?
    /// Which of several tasks it is, and how long it waits for the others.
    package var task: Task?
    package var remoteWriteDrain: String?
    package var requireRemoteWrite = false
    /// For the server, before the load begins.
    package var serverWait: Duration?
    package var requireValid = false
    /// How often the plan is run.
    package var repeats = 1
    package var quiet = false
    package var details = false
    package var testRequest = true

    package struct Task: Sendable, Equatable {
        /// `i/n`, or `slurm` for what its variables say.
        package var name: String
        package var wait: Duration

        package init(name: String, wait: Duration) {
            self.name = name
            self.wait = wait
        }
    }

    package init(configuration: String, prompts: String, directory: String, runLabel: String) {
        self.configuration = configuration
        self.prompts = prompts
        self.directory = directory
        self.runLabel = runLabel
    }

    /// Without the program's name.
    package var words: [String] {
        func option(_ name: String, _ value: String?) -> [String] { value.map { [name, $0] } ?? [] }
        func flag(_ name: String, _ isGiven: Bool) -> [String] { isGiven ? [name] : [] }
        return ["--config", configuration, "--prompts", prompts, "--out", directory]
            + option("--records", records) + option("--run-label", runLabel) + option("--duration", duration)
            + option("--workers", workers.map(String.init)) + flag("--realtime", realtime) + option("--drain", drain)
            + option("--task", task?.name) + option("--task-wait", task.map { DurationGrammar.format($0.wait) })
            + option("--remote-write-drain", remoteWriteDrain) + flag("--require-remote-write", requireRemoteWrite)
            + flag("--require-valid", requireValid) + option("--repeat", repeats > 1 ? String(repeats) : nil)
            + flag("--quiet", quiet) + flag("--details", details) + flag("--no-test-request", !testRequest)
            + option("--server-wait", serverWait.map { DurationGrammar.format($0) })
    }
}
