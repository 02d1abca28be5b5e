// A submitted job as seen from the command that waits for it: Ctrl-C, the end in a sentence, the results at home.
// `run` begins one, `attach` takes one up again.

import Glibc
import Metrics
import Base
import Scenarios
import Submit
import Synchronization

package struct JobSession: Sendable {
    private let run: ClusterRun
    private let record: JobRecord
    private let cancelOnInterrupt: Bool
    private let output: JobOutput
    /// Variables that say how to reach the run's receiver.
    private let remoteWrite: [String: String]

    package init(
        launcher: any Launcher, record: JobRecord, cancelOnInterrupt: Bool, remoteWrite: [String: String] = ProcessVariables.all
    ) {
        self.init(
            run: ClusterRun(launcher: launcher, display: TerminalDisplay()), record: record,
            cancelOnInterrupt: cancelOnInterrupt, output: .terminal, remoteWrite: remoteWrite)
    }

    package init(
        run: ClusterRun, record: JobRecord, cancelOnInterrupt: Bool, output: JobOutput, remoteWrite: [String: String] = [:]
    ) {
        self.run = run
        self.record = record
        self.cancelOnInterrupt = cancelOnInterrupt
        self.output = output
        self.remoteWrite = remoteWrite
    }

    /// Waits, fetches, prints; returns the exit code.
    package func finish(interrupts: Interrupts) async throws -> Int32 {
        let ended: (end: JobEnd, tail: [String])
        do {
            ended = try await wait(interrupts)
        } catch is CancellationError {
            say("\njob \(record.jobID) goes on")
            say(Self.hints(record.jobID))
            return JobOutcome.Code.detached
        }
        let results = await run.collect(record, after: ended.end)
        let home: HomeSummary?
        var problems = results.problems
        do {
            home = try HomeSummary(record, results)
        } catch {
            home = nil
            problems.append("\(error)")
        }
        let outcome = JobOutcome(
            ended.end, job: record.jobID, limit: .seconds(record.jobTimeSeconds), lost: home?.lostTasks)
        if outcome.exitCode != 0 {
            for line in ended.tail { say("  \(line)") }
        }
        for problem in problems { say("sml: \(problem)") }
        say("sml: \(outcome.sentence)")
        let code = show(home, results.records, outcome: outcome)
        if let home { await deliver(home.summary.result.remoteWrite, interrupts) }
        return code
    }

    /// What the job could not; a signal ends the trying.
    private func deliver(_ result: RemoteWriteResult?, _ interrupts: Interrupts) async {
        let series = UndeliveredSeries(run: run, record: record, variables: remoteWrite, say: output.say)
        try? await interrupts.cancelling { await series.deliver(result) }
    }

    private func wait(_ interrupts: Interrupts) async throws -> (end: JobEnd, tail: [String]) {
        let isAsked = SharedFlag()
        return try await interrupts.handling({ [self] task in
            guard cancelOnInterrupt, isAsked.raise() else { return task.cancel() }
            say("\ncancelling job \(record.jobID); its results so far will be fetched")
            Task {
                do { try await run.cancel(record) } catch { say("sml: job \(record.jobID): not cancelled: \(error)") }
            }
        }) { try await run.wait(for: record) }
    }

    private func show(_ home: HomeSummary?, _ records: [String], outcome: JobOutcome) -> Int32 {
        var isShown = true
        if let home {
            if home.isComputedHere { say("sml: the run wrote no summary; this one is computed from its records") }
            do {
                try output.show(home.summary)
            } catch {
                // The file has it all the same.
                if !error.isReaderGone { say("sml: \(error)") }
                isShown = error.isReaderGone
            }
            say("Summary: \(record.summary)")
        } else {
            say("sml: no summary in \(record.runDirectory); the log is \(record.log)")
        }
        for file in records { say("Records: \(file)") }
        guard outcome.exitCode == 0 else { return outcome.exitCode }
        guard home?.isComputedHere == false else { return JobOutcome.Code.failed }
        return isShown ? 0 : ExitStatus.output.rawValue
    }

    package static func hints(_ id: JobID) -> String {
        "  wait for it again: sml loadtest attach \(id)\n  cancel it:         sml loadtest cancel \(id)"
    }

    private func say(_ text: String) { output.say(text) }
}

/// Where a session's words go.
package struct JobOutput: Sendable {
    /// A line for the user.
    var say: @Sendable (String) -> Void
    /// The result.
    var show: @Sendable (Summary) throws(StandardOutputError) -> Void

    package init(
        say: @escaping @Sendable (String) -> Void, show: @escaping @Sendable (Summary) throws(StandardOutputError) -> Void
    ) {
        self.say = say
        self.show = show
    }

    package static let terminal = JobOutput(
        say: { StandardError.write("\($0)\n") },
        show: { (summary) throws(StandardOutputError) in
            let screen = TerminalScreen.ofBlock(STDOUT_FILENO, rest: "sml loadtest summarize --details RECORDS")
            try StandardOutput.draw(summary.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen))
        })
}

/// Raised once.
final class SharedFlag: Sendable {
    private let isUp = Mutex(false)

    /// Whether this call raised it.
    func raise() -> Bool {
        isUp.withLock { isUp in
            defer { isUp = true }
            return !isUp
        }
    }
}
