// A job's life in words, and what its errors exit with.

extension JobState {
    var isOver: Bool { if case .ended = self { true } else { false } }

    /// One word, as SLURM has it.
    var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .pending: "PENDING"
        case .running: "RUNNING"
        case .ending: "COMPLETING"
        case .ended(let end): end.name
        }
    }
}

extension JobEnd {
    /// Gone, and nobody remembers how: neither the queue nor accounting knows it.
    static let forgotten = JobEnd(.other("UNKNOWN"))

    var name: String {
        switch outcome {
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .timeout: "TIMEOUT"
        case .cancelled: "CANCELLED"
        case .nodeFailure: "NODE_FAIL"
        case .outOfMemory: "OUT_OF_MEMORY"
        case .preempted: "PREEMPTED"
        case .other(let word): word
        }
    }
}

extension LauncherError {
    /// 64 where the user's values were refused, 69 (EX_UNAVAILABLE) otherwise.
    public var exitCode: Int32 { if case .refused = self { 64 } else { 69 } }
}
