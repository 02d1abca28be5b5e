// A job's life in words, and what its errors exit with.

import Base

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
    /// What became of a job that serves: `failed (exit code 1)`.
    package var sentence: String {
        switch outcome {
        case .completed: "ended by itself"
        case .failed: "failed (" + (signal > 0 ? "signal \(signal)" : "exit code \(exitCode)") + ")"
        case .timeout: "reached its time limit"
        case .cancelled: "was cancelled"
        case .nodeFailure: "lost its node"
        case .outOfMemory: "ran out of memory"
        case .preempted: "was preempted by another job"
        case .other where self == .forgotten: "is gone, and neither the queue nor accounting knows how it ended"
        case .other(let word): "ended as \(word)"
        }
    }

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

extension LauncherError: CommandError {
    /// 64 where the user's values were refused, 77 (EX_NOPERM) where the credentials were, 69 (EX_UNAVAILABLE) otherwise.
    package var exitCode: Int32 {
        switch self {
        case .refused: ExitStatus.usage.rawValue
        case .unauthorized: ExitStatus.credentials.rawValue
        case .unreachable, .doubtful: ExitStatus.unavailable.rawValue
        }
    }
}
