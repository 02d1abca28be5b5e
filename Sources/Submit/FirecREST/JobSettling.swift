// When a job's results are whole. FirecREST passes on what accounting says, and that is CANCELLED or TIMEOUT from the
// moment on at which SLURM begins to end a job; its processes then have KillWait (30 s by default) to write their
// results. The queue, which would know, is not shown. Measured with SLURM 22.05: until a step has really ended it is
// accounted with the state and the end of its job and with exit code 0:0, afterwards with its own (FAILED 105:0).

import Synchronization

extension FirecRESTJob {
    /// As accounting has it.
    var accounted: JobState {
        // What killed a task is known of its step only; the job then failed with srun's exit code.
        let ranOut = state == "FAILED" && steps?.contains { $0.state == "OUT_OF_MEMORY" } == true
        return JobState(
            slurm: ranOut ? "OUT_OF_MEMORY" : state, reason: reason, exitCode: "\(exitCode ?? 0):\(signal ?? 0)",
            elapsed: elapsed.map { .seconds($0) }, limit: limit.flatMap { $0 > 0 ? .seconds($0) : nil })
    }

    /// Whether processes may still write although accounting says that the job has ended.
    var isSettling: Bool {
        guard case .ended(let end) = accounted, [.cancelled, .timeout, .preempted].contains(end.outcome) else { return false }
        guard let steps else { return self.end != nil && elapsed ?? 0 > 0 }
        return steps.contains { step in
            let isAsked = !step.id.hasSuffix(".batch") && !step.id.hasSuffix(".extern")
            return isAsked && step.exitCode == 0 && step.signal == 0 && step.end == self.end
        }
    }
}

/// The jobs that one launcher has seen settle, and since when: a step whose end is never accounted, because its node is
/// lost, must not be waited for.
final class SettlingJobs: Sendable {
    /// KillWait, and some seconds for the news to arrive.
    private static let longest = Duration.seconds(35)
    private let since = Mutex<[String: ContinuousClock.Instant]>([:])

    /// The state of `job` for those who want its results.
    func state(of job: FirecRESTJob, at now: ContinuousClock.Instant = .now) -> JobState {
        guard job.isSettling else { return job.accounted }
        let first = since.withLock { since in
            let first = since[job.id] ?? now
            since[job.id] = first
            return first
        }
        return now - first < Self.longest ? .ending : job.accounted
    }
}
