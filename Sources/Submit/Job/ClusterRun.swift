// A run on a cluster from its staged files to its summary at home, over any launcher. Decisions are `JobWait`'s; this
// is the clock, the calls and the files.

import Scenarios

/// What the command shows while it waits.
package protocol WaitDisplay: Sendable {
    func line(_ text: String)
    /// The current state, drawn over the last one on a terminal and nowhere else.
    func live(_ text: String)
    /// Takes the live line away.
    func clear()
}

package struct ClusterRun: Sendable {
    let launcher: any Launcher
    let display: any WaitDisplay
    let clock: WaitClock

    package init(launcher: any Launcher, display: any WaitDisplay) {
        self.init(launcher: launcher, display: display, clock: .real)
    }

    init(launcher: any Launcher, display: any WaitDisplay, clock: WaitClock) {
        self.launcher = launcher
        self.display = display
        self.clock = clock
    }

    /// Stages the files and submits; takes the files back when that fails.
    package func submit(_ job: JobSubmission, staged: StagedJob, runDirectory: String) async throws -> JobID {
        try await launcher.makeDirectory("\(job.directory)/logs")
        try await launcher.makeDirectory(runDirectory)
        do {
            for file in staged.files {
                try await launcher.write(file.bytes, to: "\(runDirectory)/\(file.name)", mode: .ownerOnly)
            }
            return try await launcher.submit(job)
        } catch {
            let launcher = launcher
            // Also when we were told to stop: the key must not stay behind.
            await Task { for file in staged.files { try? await launcher.remove("\(runDirectory)/\(file.name)") } }.value
            throw error
        }
    }

    /// Asks for the job's end; its results are still to be waited for.
    package func cancel(_ record: JobRecord) async throws { try await launcher.cancel(record.jobID) }

    /// Waits for the job's end. Cancellation of the task ends the wait and leaves the job alone.
    ///
    /// - Throws: ``SubmitError/notReady(_:)`` after 10 minutes without an answer of the cluster;
    ///   ``LauncherError/unauthorized(_:)`` at once.
    package func wait(for record: JobRecord) async throws -> (end: JobEnd, tail: [String]) {
        let start = clock.now()
        var wait = JobWait(id: record.jobID)
        var reader = LogReader(launcher: launcher, path: record.log)
        defer { display.clear() }
        while true {
            let decision: JobWait.Decision
            do {
                let state = try await launcher.state(of: record.jobID)
                let log = JobWait.hasLog(state) ? try await reader.newLines(untilEnd: state.isOver) : ""
                decision = wait.look(state, log: log, elapsed: clock.now() - start)
            } catch LauncherError.unauthorized(let reason) {
                throw LauncherError.unauthorized("job \(record.jobID): no news: \(reason); \(Self.again(record))")
            } catch {
                // Whatever a call that was broken off says.
                try Task.checkCancellation()
                decision = wait.failure("\(error)", elapsed: clock.now() - start)
            }
            decision.lines.forEach(display.line)
            display.live(decision.live)
            switch decision.step {
            case .look(let pause): try await clock.sleep(pause)
            case .over(let end): return (end, wait.tail)
            case .giveUp(let reason):
                throw SubmitError.notReady("job \(record.jobID): no news for 10 minutes: \(reason); \(Self.again(record))")
            }
        }
    }

    private static func again(_ record: JobRecord) -> String { "'sml loadtest attach \(record.jobID)' tries again" }

    package struct Results: Sendable, Equatable {
        package var summary: Bool
        /// Files on this machine, in the order of the tasks.
        package var records: [String]
        /// Why something that may exist was not fetched.
        package var problems: [String] = []
    }

    /// Fetches what the run left, however it ended, and removes the secrets it was given.
    package func collect(_ record: JobRecord, after end: JobEnd) async -> Results {
        var results = Results(summary: false, records: [])
        func fetch(_ name: String, to local: String) async -> Bool {
            do {
                return try await launcher.fetch("\(record.runDirectory)/\(name)", to: local)
            } catch {
                results.problems.append("\(record.runDirectory)/\(name): not fetched: \(error)")
                return false
            }
        }
        results.summary = await fetch(StagedJob.summary, to: record.summary)
        for pause in Self.patience(after: end) where !results.summary && results.problems.isEmpty {
            try? await clock.sleep(pause)
            results.summary = await fetch(StagedJob.summary, to: record.summary)
        }
        for (name, local) in zip(
            StagedJob.records(nodes: record.nodes), StagedJob.records(record.records, nodes: record.nodes))
        where await fetch(name, to: local) {
            results.records.append(local)
        }
        results.problems += await removeSecrets(record)
        return results
    }

    /// How long to look for a summary that is not there. After a good end it is, even if a network file system shows it
    /// half a minute late. After a bad one it may be: what is left of a job on several nodes ends some seconds after
    /// SLURM has given it up (2 s measured after a lost node). A job that never began has none.
    private static func patience(after end: JobEnd) -> [Duration] {
        switch end.outcome {
        case .completed: Array(repeating: .seconds(5), count: 6)
        case .cancelled where end.elapsed == .zero: []
        default: Array(repeating: .seconds(2), count: 5)
        }
    }

    /// Returns what may still be there.
    package func removeSecrets(_ record: JobRecord) async -> [String] {
        var problems: [String] = []
        for name in [StagedJob.configuration, StagedJob.environment] {
            do {
                try await launcher.remove("\(record.runDirectory)/\(name)")
            } catch {
                problems.append("\(record.runDirectory)/\(name): not removed, and it may hold a key: \(error)")
            }
        }
        return problems
    }
}
