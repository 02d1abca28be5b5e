// A job's life as values. SLURM's words (24 of them, some with a tail: `CANCELLED by 1000`) are read here and nowhere
// else; both launchers get them, one from squeue and sacct, the other from FirecREST, which passes sacct's on.

import Base
import Scenarios

/// A job's number.
package struct JobID: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    /// Nil when `text` is no job number; nothing else may reach a command line.
    package init?(_ text: some StringProtocol) {
        guard (1...18).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }), text.first != "0"
        else { return nil }
        description = String(text)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = JobID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a job number")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Where a job is.
package enum JobState: Sendable, Equatable {
    /// Nothing is known of it: submitted a moment ago, or forgotten since.
    case unknown
    /// Waiting, with SLURM's reason (`Resources`, `Priority`, `PartitionTimeLimit`…) if there is one.
    case pending(reason: String?)
    case running
    /// Told to end or ended, but not gone: processes may still run and write.
    case ending
    case ended(JobEnd)
}

/// How a job ended.
package struct JobEnd: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case completed, failed, timeout, cancelled, nodeFailure, outOfMemory, preempted
        /// It is gone and nobody knows how it went (no accounting, or purged), or a word we do not know.
        case other(String)
    }

    package var outcome: Outcome
    /// Of the batch script, hence of the generator.
    package var exitCode: Int32
    /// The signal that ended the batch script; 0 for none.
    package var signal: Int32
    /// How long it ran, where that is known; zero if it never began.
    package var elapsed: Duration?
    /// Its time limit at its end, where that is known: an administrator may have changed it.
    package var limit: Duration?

    package init(
        _ outcome: Outcome, exitCode: Int32 = 0, signal: Int32 = 0, elapsed: Duration? = nil, limit: Duration? = nil
    ) {
        self.outcome = outcome
        self.exitCode = exitCode
        self.signal = signal
        self.elapsed = elapsed
        self.limit = limit
    }
}

extension JobState {
    /// From SLURM's word for it, and sacct's `exit:signal` where there is one. `NODE_FAIL` and `PREEMPTED` are ends:
    /// our jobs are never requeued.
    package init(
        slurm word: some StringProtocol, reason: String? = nil, exitCode: some StringProtocol = "", elapsed: Duration? = nil,
        limit: Duration? = nil
    ) {
        let numbers = exitCode.split(separator: ":").map { Int32($0) ?? 0 }
        func ended(_ outcome: JobEnd.Outcome) -> JobState {
            .ended(
                JobEnd(
                    outcome, exitCode: numbers.first ?? 0, signal: numbers.dropFirst().first ?? 0, elapsed: elapsed,
                    limit: limit))
        }
        switch word.prefix(while: { $0 != " " && $0 != "+" }).uppercased() {
        case "": self = .unknown
        case "PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
            self = .pending(reason: reason.flatMap { ["None", "(null)", ""].contains($0) ? nil : OneLine.escaped($0) })
        case "RUNNING", "CONFIGURING", "RESIZING", "SUSPENDED", "STOPPED", "SIGNALING": self = .running
        case "COMPLETING", "STAGE_OUT": self = .ending
        case "COMPLETED": self = ended(.completed)
        case "FAILED": self = ended(.failed)
        case "TIMEOUT", "DEADLINE": self = ended(.timeout)
        case "CANCELLED", "REVOKED": self = ended(.cancelled)
        case "NODE_FAIL", "BOOT_FAIL": self = ended(.nodeFailure)
        case "OUT_OF_MEMORY": self = ended(.outOfMemory)
        case "PREEMPTED": self = ended(.preempted)
        case let unknown: self = ended(.other(OneLine.escaped(unknown)))
        }
    }
}

extension JobState {
    /// sacct shows an exit code above 128 without its highest bit: 255 as 127, 137 as 9.
    var mayHaveLostItsCode: Bool {
        if case .ended(let end) = self { end.outcome == .failed && end.exitCode > 0 } else { false }
    }

    /// With the exit code as the controller has it, where it says the same end.
    func withCode(of shown: JobState?) -> JobState {
        guard case .ended(var end) = self, case .ended(let other)? = shown, other.outcome == end.outcome,
            other.exitCode & 0x7F == end.exitCode
        else { return self }
        end.exitCode = other.exitCode
        return .ended(end)
    }
}
