// How a job's end is told and what the command exits with. SLURM's states say what happened to the job; the
// generator's exit codes what happened to the run.

public struct JobOutcome: Sendable, Equatable {
    public let exitCode: Int32
    /// One sentence.
    public let sentence: String

    /// Codes of the generator that keep their meaning: 3 series missing, 99 ended by a rule, 105 stopped, and refusals
    /// before the first request.
    private static let generatorCodes: [Int32: String] = [
        3: "series are missing at the remote-write receiver", 64: "the generator refused an option",
        73: "the generator could not write its output", 99: "the run was ended by a rule of its scenario",
        104: "the generator refused the scenario or run configuration",
        105: "the run was stopped before its plan was carried out", 107: "the prompt corpus is missing, unreadable or empty",
        255: "a remote-write setting is wrong",
    ]

    /// The codes this command has for what SLURM does to jobs.
    public enum Code {
        public static let timeout: Int32 = 111, cancelled: Int32 = 112, nodeFail: Int32 = 113, outOfMemory: Int32 = 114
        public static let preempted: Int32 = 115, failed: Int32 = 116, unknown: Int32 = 117
        /// Ctrl-C, the job goes on.
        public static let detached: Int32 = 130
    }

    public init(_ end: JobEnd, job id: JobID) {
        func outcome(_ code: Int32, _ sentence: String) -> JobOutcome { JobOutcome(code, "job \(id) \(sentence)") }
        self =
            switch end.outcome {
            case .completed where end.exitCode == 0: outcome(0, "completed")
            case .completed, .failed:
                if let meaning = Self.generatorCodes[end.exitCode], end.signal == 0 {
                    outcome(end.exitCode, "ended with \(end.exitCode): \(meaning)")
                } else if end.exitCode == 127, end.signal == 0 {
                    outcome(Code.failed, "failed: its image has no sml-loadgen on the PATH of a login shell (exit code 127)")
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
