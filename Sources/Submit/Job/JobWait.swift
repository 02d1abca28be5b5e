// What to say and do while a job is queued and runs: decisions only, no clock, no cluster. Fed with what a look found,
// it answers with the lines to print, when to look again, and whether the log is worth a look then.

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
    /// How often the generator writes a line of progress where it has no terminal.
    static let progress = Duration.seconds(10)
    /// After which its first one can be there: with what a job needs to start.
    private static let firstProgress = progress + .seconds(2)
    /// A job's start and its last words take longer than this even where its image is unpacked already.
    private static let startAndEnd = Duration.seconds(1)
    /// Around its expected end a job is looked at so often: its summary is to be at home 2 s after it.
    private static let atTheEnd = Duration.milliseconds(1500)

    package let id: JobID
    /// How long the load lasts by its plan; nil where that is not known.
    private let load: Duration?
    private let isFresh: Bool
    private let longestPause: Duration
    private var state: JobState?
    private var changedAt = Duration.zero
    private var saidAt = Duration.zero
    private var logAt: Duration?
    private var unknownSince: Duration?
    private var silence: Patience
    private var log = LogTail()
    /// The log's last lines.
    package var tail: [String] { log.lines }

    /// - Parameters:
    ///   - isFresh: submitted by this very command.
    ///   - longestPause: between two looks.
    package init(id: JobID, load: Duration? = nil, isFresh: Bool = false, longestPause: Duration = .seconds(10)) {
        self.id = id
        self.load = load
        self.isFresh = isFresh
        self.longestPause = longestPause
        silence = Patience(longestPause: longestPause)
    }

    /// Whether the log is worth reading at this look: what ended badly says why, and what runs has a new line every ten
    /// seconds, which in a long wait are read at every other look. A look that found none is made up for by the next.
    package func wantsLog(_ seen: JobState, elapsed: Duration) -> Bool {
        switch seen {
        case .pending, .unknown: false
        case .ended(let end): end.outcome != .completed || end.exitCode != 0
        case .running, .ending:
            if let logAt {
                elapsed - logAt >= Self.progress * 3 / 2
            } else if isFresh {
                wasRunning && elapsed - changedAt >= Self.progress
            } else {
                true
            }
        }
    }

    private var wasRunning: Bool { state == .running || state == .ending }

    /// When the first look is due. A job that was submitted a moment ago is hardly known.
    package var firstLook: Duration { isFresh ? .seconds(1) : .zero }

    /// - Parameters:
    ///   - log: whole lines that are new in the job's output.
    ///   - elapsed: since the wait began.
    package mutating func look(_ seen: JobState, log: String, elapsed: Duration) -> Decision {
        let isBack = silence.answered()
        self.log.take(log)
        if !log.isEmpty { logAt = elapsed }
        if seen == .unknown { return unknown(elapsed) }
        unknownSince = nil
        var decision = Decision(step: .look(after: pause(seen, elapsed)), live: "")
        if seen != state {
            changedAt = elapsed
            saidAt = elapsed
            decision.step = .look(after: pause(seen, elapsed))
            decision.lines = [describe(seen, elapsed)]
            state = seen
        } else if elapsed - saidAt >= Self.reminder || isBack {
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
        let isFirst = silence.silence(at: elapsed) == .zero
        let live = "job \(id): no news: \(reason)"
        switch silence.failed(at: elapsed) {
        case .over: return Decision(step: .giveUp(reason), live: live)
        case .again(let pause, let isWorthSaying):
            return Decision(step: .look(after: pause), lines: isFirst || isWorthSaying ? [live] : [], live: live)
        }
    }

    private mutating func unknown(_ elapsed: Duration) -> Decision {
        let since = unknownSince ?? elapsed
        unknownSince = since
        let live = "job \(id): not known to SLURM \(state == nil ? "yet" : "any more")"
        guard elapsed - since < Self.unknownLimit else { return Decision(step: .over(JobEnd.forgotten), live: live) }
        return Decision(step: .look(after: .seconds(2)), live: live)
    }

    /// Short after a change, when the next one is likely, and longer with quiet. A load whose length is known is looked at
    /// for its progress only, until it can be over.
    private func pause(_ seen: JobState, _ elapsed: Duration) -> Duration {
        let quiet = elapsed - changedAt
        guard let load, seen == .running else { return min(longestPause, max(.seconds(1), quiet / 5)) }
        let left = load + Self.startAndEnd - quiet
        if left > .zero { return min(quiet < .seconds(1) ? Self.firstProgress : longestPause, max(.seconds(1), left)) }
        return min(longestPause, max(Self.atTheEnd, (.zero - left) / 5))
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
