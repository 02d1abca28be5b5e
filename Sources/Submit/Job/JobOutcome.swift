// How a job's end is told and what the command exits with. SLURM's states say what happened to the job; the
// generator's exit codes what happened to the run; the summary which tasks of several are missing.

import Base

/// Tasks of a run on several nodes whose part is not whole.
package struct LostTasks: Sendable, Equatable {
    package var tasks: [Int]
    /// Of how many.
    package var count: Int

    /// Nil when none is lost.
    package init?(_ tasks: [Int], of count: Int) {
        guard !tasks.isEmpty else { return nil }
        self.tasks = tasks
        self.count = count
    }

    var description: String {
        "lost task \(tasks.map(String.init).joined(separator: ", ")) of \(count); the summary has what their records hold"
    }
}

package struct JobOutcome: Sendable, Equatable {
    package let exitCode: Int32
    /// One sentence.
    package let sentence: String

    /// Codes of the generator that keep their meaning: 3 series missing, 4 not valid, 5 no success, 99 ended by a rule, 105 stopped, and refusals
    /// before the first request.
    private static let generatorCodes: [Int32: String] = [
        3: "series are missing at the remote-write receiver", 4: "the run measured its generator: its verdict is INVALID",
        5: "none of its requests succeeded",
        64: "the generator refused an option", 65: "its two arms could not be compared; the figures of each are in the summary",
        69: "the plan was not begun: its test request failed, or its node lacks what a run needs",
        73: "the generator could not write its output",
        75: "the server was not ready in time, or a task of several did not come or was lost",
        77: "the plan was not begun, because the server refused the key",
        99: "the run was ended by a rule of its scenario",
        104: "the generator refused the scenario or run configuration",
        105: "the run was stopped before its plan was carried out", 107: "the prompt corpus is missing, unreadable or empty",
        255: "a remote-write setting is wrong",
    ]

    /// The codes this command has for what SLURM does to jobs.
    package enum Code {
        package static let timeout = ExitStatus.jobTimeout.rawValue, cancelled = ExitStatus.jobCancelled.rawValue
        package static let nodeFail = ExitStatus.jobNodeFailed.rawValue, outOfMemory = ExitStatus.jobOutOfMemory.rawValue
        package static let preempted = ExitStatus.jobPreempted.rawValue, failed = ExitStatus.jobFailed.rawValue
        package static let unknown = ExitStatus.jobUnknown.rawValue
        /// The run was carried out without some of its tasks: EX_TEMPFAIL, as the generator has it.
        package static let lostTask = ExitStatus.temporary.rawValue
        /// Ctrl-C, the job goes on.
        package static let detached = ExitStatus.detached.rawValue
    }

    /// - Parameters:
    ///   - limit: the job's time limit, unless SLURM says another.
    ///   - lost: as the summary has it.
    package init(_ end: JobEnd, job id: JobID, limit: Duration? = nil, lost: LostTasks? = nil) {
        let own = JobOutcome(end, job: id, limit: limit)
        guard let lost else {
            self = own
            return
        }
        // srun's exit code is the highest of its tasks', hence that of the signal that killed one.
        self =
            [0, Code.failed, Code.lostTask].contains(own.exitCode)
            ? JobOutcome(Code.lostTask, "job \(id) \(lost.description)")
            : JobOutcome(own.exitCode, "\(own.sentence), and \(lost.description)")
    }

    private init(_ end: JobEnd, job id: JobID, limit: Duration?) {
        func outcome(_ code: Int32, _ sentence: String) -> JobOutcome { JobOutcome(code, "job \(id) \(sentence)") }
        self =
            switch end.outcome {
            case .completed where end.exitCode == 0: outcome(0, "completed")
            case .failed where end.wasWarned(limit: limit):
                outcome(Code.timeout, "reached its time limit; it was told in time, so its summary and series are whole up to then")
            case .completed, .failed:
                if let meaning = Self.generatorCodes[end.exitCode], end.signal == 0 {
                    outcome(end.exitCode, "ended with \(end.exitCode): \(meaning)")
                } else if end.exitCode == 127, end.signal == 0 {
                    outcome(
                        Code.failed,
                        "failed (exit code 127): its image has no sml-loadgen on the PATH of a login shell, or the generator could not begin; its log says which"
                    )
                } else if end.signal == 53, end.exitCode == 0 {
                    // SLURM's number for it (ESLURMD_… on the node), not a signal.
                    outcome(
                        Code.failed,
                        "failed before its script began (0:53): its node could not write the job's log; are the runs' directory and your home on the nodes too?"
                    )
                } else {
                    outcome(
                        Code.failed,
                        "failed (\(end.name), " + (end.signal > 0 ? "signal \(end.signal)" : "exit code \(end.exitCode)") + ")")
                }
            case .timeout: outcome(Code.timeout, "reached its time limit")
            case .cancelled: outcome(Code.cancelled, "was cancelled")
            case .nodeFailure: outcome(Code.nodeFail, "lost its node")
            case .outOfMemory: outcome(Code.outOfMemory, "ran out of memory")
            case .preempted: outcome(Code.preempted, "was preempted by another job")
            case .other where end != .forgotten: outcome(Code.failed, "ended as \(end.name), which is not a state we know")
            case .other: outcome(Code.unknown, "is gone, and neither the queue nor accounting knows how it ended")
            }
    }

    private init(_ exitCode: Int32, _ sentence: String) {
        self.exitCode = exitCode
        self.sentence = sentence
    }
}

extension JobEnd {
    /// Whether the generator was stopped by the signal before the time limit, which leaves no other trace than its exit
    /// code: it was stopped, and so late that nobody else will have done it.
    fileprivate func wasWarned(limit: Duration?) -> Bool {
        guard exitCode == ExitStatus.stopped.rawValue, signal == 0, let elapsed, let limit = self.limit ?? limit else { return false }
        return elapsed >= limit - JobTime.earliestWarning
    }
}
