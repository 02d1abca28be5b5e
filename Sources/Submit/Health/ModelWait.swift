// What to say and do while a launched model comes up: decisions only, no clock, no cluster, no socket. The job and the
// server are looked at together, because a job that has ended never becomes healthy, and another server may answer to
// the name while ours is still queued.

import Health

/// What one look at a launched model found.
package struct ModelLook: Sendable, Equatable {
    package var job: JobState
    /// When SLURM expects a queued job to start, in its words.
    package var expectedStart: String?
    /// Of the model's own check of its replicas, e.g. `1 of 2 replicas healthy`.
    package var replicas: String?
    /// Whole lines that are new in the model's log.
    package var log: String
    /// Nil where the server was not asked: the job does not run, or the server's address is not known yet.
    package var health: ModelHealth?

    package init(
        job: JobState, expectedStart: String? = nil, replicas: String? = nil, log: String = "", health: ModelHealth? = nil
    ) {
        self.job = job
        self.expectedStart = expectedStart
        self.replicas = replicas
        self.log = log
        self.health = health
    }
}

/// A wait for one model, from the submission of its job to its first answer.
package struct ModelWait: Sendable {
    package enum Step: Sendable, Equatable {
        case ready
        case look(after: Duration)
        /// The job ended first.
        case ended(JobEnd)
        /// Why it is not waited for any longer.
        case giveUp(String)
        /// The server's answer will not change.
        case refused(SubmitError)
    }

    package struct Decision: Sendable, Equatable {
        package var step: Step
        /// Said once, when something changed, and as a reminder.
        package var lines: [String] = []
        /// For a terminal: the line that is drawn over.
        package var live: String
    }

    private let timeout: Duration
    private var job: JobWait
    private var health: HealthWait
    private var log = LogTail()
    private var last: ModelLook?

    package init(id: JobID, timeout: Duration) {
        self.timeout = timeout
        job = JobWait(id: id)
        health = HealthWait(timeout: timeout, isLaunched: true)
    }

    /// - Parameter elapsed: since the wait began.
    package mutating func look(_ seen: ModelLook, elapsed: Duration) -> Decision {
        log.take(seen.log)
        let look = job.look(seen.job, log: "", elapsed: elapsed)
        let details = details(seen)
        var decision = Decision(
            step: .look(after: .seconds(1)), lines: look.lines.map { $0 + details },
            live: look.live + details + (seen.health.map { ", model \($0.name)" } ?? "") + (log.lines.last.map { " | \($0)" } ?? ""))
        if look.lines.isEmpty, !seen.job.isOver, let last,
            last.replicas != seen.replicas || (last.expectedStart == nil) != (seen.expectedStart == nil)
        {
            decision.lines = [look.live + details]
        }
        defer { last = seen }
        switch look.step {
        case .over(let end): decision.step = .ended(end)
        case .giveUp(let reason): decision.step = .giveUp(reason)
        case .look(let pause): decision.step = step(seen, pause: pause, elapsed: elapsed, &decision.lines)
        }
        return decision
    }

    /// A look at the job that failed.
    package mutating func failure(_ reason: String, elapsed: Duration) -> Decision {
        let failed = job.failure(reason, elapsed: elapsed)
        var decision = Decision(step: .look(after: .seconds(10)), lines: failed.lines, live: failed.live)
        switch failed.step {
        case .look(let pause): decision.step = elapsed < timeout ? .look(after: min(pause, timeout - elapsed)) : .giveUp(failed.live)
        case .over(let end): decision.step = .ended(end)
        case .giveUp(let reason): decision.step = .giveUp("job \(job.id): no news for 10 minutes: \(reason)")
        }
        return decision
    }

    private mutating func step(_ seen: ModelLook, pause: Duration, elapsed: Duration, _ lines: inout [String]) -> Step {
        guard let found = seen.health else {
            guard elapsed < timeout else {
                return .giveUp("job \(job.id): still \(seen.job.shown) after \(elapsed.components.seconds) s")
            }
            return .look(after: min(pause, timeout - elapsed))
        }
        let decided = health.decide(found, elapsed: elapsed)
        switch decided.step {
        case .ready:
            lines += [decided.line].compactMap(\.self)
            return .ready
        case .giveUp: return .giveUp(decided.line ?? "")
        case .end(let error): return .refused(error)
        case .probe(let most):
            lines += [decided.line].compactMap(\.self)
            return .look(after: min(pause, most))
        }
    }

    private func details(_ seen: ModelLook) -> String {
        (seen.expectedStart.map { ", expected to start \($0)" } ?? "") + (seen.replicas.map { ", \($0)" } ?? "")
    }
}

extension JobState {
    /// With SLURM's reason.
    var shown: String { if case .pending(let reason?) = self { "\(name) (\(reason))" } else { name } }
}
