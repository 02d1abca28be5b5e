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
    private let isFresh: Bool
    private let output: JobOutput
    /// Variables that say how to reach the run's receiver.
    private let remoteWrite: [String: String]

    /// - Parameters:
    ///   - isFresh: submitted by this command, a moment ago.
    ///   - writesReport: a page of charts beside the summary.
    ///   - remoteWrite: `K6_PROMETHEUS_RW_…`, for series that the job could not deliver.
    package init(
        launcher: any Launcher, record: JobRecord, cancelOnInterrupt: Bool, isFresh: Bool = false, writesReport: Bool = true,
        remoteWrite: [String: String] = ProcessVariables.all
    ) {
        self.init(
            run: ClusterRun(launcher: launcher, display: TerminalDisplay()), record: record,
            cancelOnInterrupt: cancelOnInterrupt, isFresh: isFresh, output: writesReport ? .terminal : .withoutReport,
            remoteWrite: remoteWrite)
    }

    package init(
        run: ClusterRun, record: JobRecord, cancelOnInterrupt: Bool, isFresh: Bool = false, output: JobOutput,
        remoteWrite: [String: String] = [:]
    ) {
        self.run = run
        self.record = record
        self.cancelOnInterrupt = cancelOnInterrupt
        self.isFresh = isFresh
        self.output = output
        self.remoteWrite = remoteWrite
    }

    /// Waits, fetches, prints; returns the exit code.
    package func finish(interrupts: Interrupts) async throws -> Int32 {
        let ended: (end: JobEnd, tail: [String])
        do {
            ended = try await wait(interrupts)
        } catch is CancellationError {
            say(Self.goesOn(record.jobID))
            return JobOutcome.Code.detached
        }
        let left = "sml: interrupted; job \(record.jobID) is over, its results are in \(record.runDirectory) on the cluster\n\(again)"
        do {
            return try await interrupts.cancelling(leaving: left) { [self] in
                let results = try await JobResults(run: run, record: record, output: output).bringHome(ended.end, tail: ended.tail)
                // What the job could not.
                for part in results.parts {
                    await UndeliveredSeries(run: run, record: part.record, variables: remoteWrite, say: output.say)
                        .deliver(part.home?.summary.result.remoteWrite)
                }
                return results.code
            }
        } catch is CancellationError {
            say("\n\(left)")
            return JobOutcome.Code.detached
        }
    }

    private func wait(_ interrupts: Interrupts) async throws -> (end: JobEnd, tail: [String]) {
        let isAsked = SharedFlag()
        return try await interrupts.handling(
            { [self] task in
                guard cancelOnInterrupt, isAsked.raise() else { return interrupts.end(task) }
                say("\ncancelling job \(record.jobID); its results so far will be fetched")
                Task {
                    do { try await run.cancel(record) } catch { say("sml: job \(record.jobID): not cancelled: \(error)") }
                }
            }, leaving: Self.goesOn(record.jobID)
        ) { [self] in try await run.wait(for: record, isFresh: isFresh) }
    }

    private static func goesOn(_ id: JobID) -> String { "\njob \(id) goes on\n\(hints(id.description))" }

    private var again: String { "  fetch them:        sml loadtest attach \(record.jobID)" }

    /// - Parameter job: its number, or its name.
    package static func hints(_ job: String) -> String {
        "  wait for it again: sml loadtest attach \(job)\n  cancel it:         sml loadtest cancel \(job)"
    }

    private func say(_ text: String) { output.say(text) }
}

/// Where a session's words go.
package struct JobOutput: Sendable {
    /// A line for the user.
    var say: @Sendable (String) -> Void
    /// The result.
    var show: @Sendable (Summary) throws(StandardOutputError) -> Void
    /// Whether a page of charts is left beside the summary.
    var writesReport: Bool

    /// The result of several runs.
    var showAll: @Sendable (RepeatedRuns) throws(StandardOutputError) -> Void
    /// The result of a search for a capacity.
    var showCapacity: @Sendable (CapacityResult) throws(StandardOutputError) -> Void

    package init(
        say: @escaping @Sendable (String) -> Void, show: @escaping @Sendable (Summary) throws(StandardOutputError) -> Void,
        showAll: @escaping @Sendable (RepeatedRuns) throws(StandardOutputError) -> Void = { _ in },
        showCapacity: @escaping @Sendable (CapacityResult) throws(StandardOutputError) -> Void = { _ in }, writesReport: Bool = false
    ) {
        self.say = say
        self.show = show
        self.showAll = showAll
        self.showCapacity = showCapacity
        self.writesReport = writesReport
    }

    package static let terminal = toTerminal(writesReport: true)
    package static let withoutReport = toTerminal(writesReport: false)

    private static func toTerminal(writesReport: Bool) -> JobOutput {
        JobOutput(
            say: { StandardError.write("\($0)\n") },
            show: { (summary) throws(StandardOutputError) in
                let screen = TerminalScreen.ofBlock(STDOUT_FILENO, rest: "sml loadtest summarize --details RECORDS")
                try StandardOutput.draw(summary.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen))
            },
            showAll: { (all) throws(StandardOutputError) in
                let screen = TerminalScreen.ofBlock(STDOUT_FILENO, rest: "the file below")
                try StandardOutput.draw(all.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen))
            },
            showCapacity: { (found) throws(StandardOutputError) in
                let screen = TerminalScreen.ofBlock(STDOUT_FILENO, rest: "sml loadtest summarize --details CAPACITY")
                try StandardOutput.draw(found.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen))
            }, writesReport: writesReport)
    }
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
