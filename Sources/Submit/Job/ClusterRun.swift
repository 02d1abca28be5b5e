// A run on a cluster from its staged files to its summary at home, over any launcher: the wait for its job. Decisions are
// `JobWait`'s; this is the clock, the calls and the files. Its submission is in `ClusterRun+Submission.swift`, its results
// are in `ClusterRun+Results.swift`.

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

    /// Asks for the job's end; its results are still to be waited for.
    @discardableResult
    package func cancel(_ record: JobRecord) async throws -> Cancellation { try await launcher.cancel(record.jobID) }

    /// Waits for the job's end. Cancellation of the task ends the wait and leaves the job alone.
    ///
    /// - Parameter isFresh: submitted by this command, a moment ago.
    /// - Throws: ``SubmitError/notReady(_:)`` after 10 minutes without an answer of the cluster;
    ///   ``LauncherError/unauthorized(_:)`` at once.
    package func wait(for record: JobRecord, isFresh: Bool = false) async throws -> (end: JobEnd, tail: [String]) {
        let start = clock.now()
        var wait = JobWait(id: record.jobID, load: record.loadSeconds.map { .seconds($0) }, isFresh: isFresh)
        var reader = LogReader(launcher: launcher, path: record.log)
        defer { display.clear() }
        if wait.firstLook > .zero { try await clock.sleep(wait.firstLook) }
        while true {
            let decision = try await look(record, &wait, &reader, since: start)
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

    /// The state decides, the log decorates: one that cannot be read now takes no news of the job away.
    private func look(
        _ record: JobRecord, _ wait: inout JobWait, _ reader: inout LogReader, since start: Duration
    ) async throws -> JobWait.Decision {
        let state: JobState
        do {
            state = try await launcher.state(of: record.jobID)
        } catch LauncherError.unauthorized(let reason) {
            throw LauncherError.unauthorized("job \(record.jobID): no news: \(reason); \(Self.again(record))")
        } catch {
            // Whatever a call that was broken off says.
            try Task.checkCancellation()
            return wait.failure("\(error)", elapsed: clock.now() - start)
        }
        var log = ""
        if wait.wantsLog(state, elapsed: clock.now() - start) {
            do { log = try await reader.newLines(untilEnd: state.isOver) } catch { try Task.checkCancellation() }
        }
        return wait.look(state, log: log, elapsed: clock.now() - start)
    }

    private static func again(_ record: JobRecord) -> String { "'sml loadtest attach \(record.jobID)' tries again" }
}
