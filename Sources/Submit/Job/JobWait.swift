// What to say and do while a job is queued and runs: decisions only, no clock, no cluster. Fed with what a look found,
// it answers with the lines to print and when to look again.

/// A wait for one job, from submission or reattachment to its end.
package struct JobWait: Sendable {
    package enum Step: Sendable, Equatable {
        case look(after: Duration)
        case over(JobEnd)
        /// The cluster has not answered for too long; the job may well go on.
        case giveUp(String)
    }

    package struct Decision: Sendable, Equatable {
        package var step: Step
        /// For a log or a pipe: said once, when something changed.
        package var lines: [String] = []
        /// For a terminal: the line that is drawn over.
        package var live: String
    }

    /// How often a pipe hears of a run that goes on.
    static let reminder = Duration.seconds(60)
    /// A job nobody knows: a submission can take half a minute to be seen, accounting as long to be written.
    static let unknownLimit = Duration.seconds(60)
    /// Controllers restart, networks pause; the job does not care.
    static let failureLimit = Duration.seconds(600)

    package let id: JobID
    private let patience: Duration
    private var state: JobState?
    private var changedAt = Duration.zero
    private var saidAt = Duration.zero
    private var unknownSince: Duration?
    private var failingSince: Duration?
    private var log = LogTail()
    /// The log's last lines.
    package var tail: [String] { log.lines }

    /// - Parameter patience: the longest pause between two looks.
    package init(id: JobID, patience: Duration = .seconds(10)) {
        self.id = id
        self.patience = patience
    }

    /// Whether the log is worth reading: the job has run, or will never run again.
    package static func hasLog(_ state: JobState) -> Bool {
        if case .pending = state { false } else { true }
    }

    /// - Parameters:
    ///   - log: whole lines that are new in the job's output.
    ///   - elapsed: since the wait began.
    package mutating func look(_ seen: JobState, log: String, elapsed: Duration) -> Decision {
        failingSince = nil
        self.log.take(log)
        if seen == .unknown { return unknown(elapsed) }
        unknownSince = nil
        var decision = Decision(step: .look(after: pause(elapsed)), live: "")
        if seen != state {
            changedAt = elapsed
            saidAt = elapsed
            decision.step = .look(after: pause(elapsed))
            decision.lines = [describe(seen, elapsed)]
            state = seen
        } else if elapsed - saidAt >= Self.reminder {
            saidAt = elapsed
            decision.lines = [describe(seen, elapsed)]
        }
        decision.live = describe(seen, elapsed)
        if case .ended(let end) = seen {
            decision.step = .over(end)
            decision.lines = []
        }
        return decision
    }

    /// A look that failed.
    package mutating func failure(_ reason: String, elapsed: Duration) -> Decision {
        let since = failingSince ?? elapsed
        let live = "job \(id): no news: \(reason)"
        guard elapsed - since < Self.failureLimit else {
            return Decision(step: .giveUp(reason), live: live)
        }
        defer { failingSince = since }
        return Decision(step: .look(after: patience), lines: failingSince == nil ? [live] : [], live: live)
    }

    private mutating func unknown(_ elapsed: Duration) -> Decision {
        let since = unknownSince ?? elapsed
        unknownSince = since
        let live = "job \(id): not known to SLURM \(state == nil ? "yet" : "any more")"
        guard elapsed - since < Self.unknownLimit else { return Decision(step: .over(JobEnd.forgotten), live: live) }
        return Decision(step: .look(after: .seconds(2)), live: live)
    }

    /// Short after a change, when the next one is likely; longer with quiet.
    private func pause(_ elapsed: Duration) -> Duration {
        min(patience, max(.seconds(1), (elapsed - changedAt) / 5))
    }

    /// Reasons that no other job's end will change.
    private static func isFinal(_ reason: String) -> Bool {
        reason.hasSuffix("PerJobLimit")
            || [
                "PartitionTimeLimit", "PartitionNodeLimit", "BadConstraints", "AccountNotAllowed", "InvalidAccount",
                "InvalidQOS", "QOSNotAllowed", "JobHeldAdmin", "JobHeldUser",
            ].contains(reason)
    }

    private func describe(_ state: JobState, _ elapsed: Duration) -> String {
        var line = "job \(id): \(state.name)"
        if case .pending(let reason?) = state { line += " (\(reason)\(Self.isFinal(reason) ? ", it will not start like this" : ""))" }
        line += " for \(JobTime.clock(elapsed - changedAt))"
        if state == .running || state == .ending, let last = tail.last { line += " | \(last)" }
        return line
    }
}
