// A submitted job as seen from the command that waits for it: Ctrl-C, the end in a sentence, the results at home.
// `run` begins one, `attach` takes one up again.

import ArgumentParser
import Foundation
import Metrics
import Submit
import Synchronization

struct JobSession: Sendable {
    var launcher: any Launcher
    var record: JobRecord
    var cancelOnInterrupt: Bool

    /// Waits, fetches, prints; returns the exit code.
    func finish(interrupts: Interrupts) async throws -> Int32 {
        let run = ClusterRun(launcher: launcher, display: TerminalDisplay())
        let ended: (end: JobEnd, tail: [String])
        do {
            ended = try await wait(run, interrupts)
        } catch is CancellationError {
            say("\njob \(record.jobID) goes on")
            say(Self.hints(record.jobID))
            return JobOutcome.Code.detached
        }
        let results = await run.collect(record, after: ended.end)
        let outcome = JobOutcome(ended.end, job: record.jobID)
        if outcome.exitCode != 0 {
            for line in ended.tail { say("  \(line)") }
        }
        for problem in results.problems { say("sml: \(problem)") }
        say("sml: \(outcome.sentence)")
        return try show(results, outcome: outcome)
    }

    private func wait(_ run: ClusterRun, _ interrupts: Interrupts) async throws -> (end: JobEnd, tail: [String]) {
        let isAsked = SharedFlag()
        return try await interrupts.handling({ [self] task in
            guard cancelOnInterrupt, isAsked.raise() else { return task.cancel() }
            say("\ncancelling job \(record.jobID); its results so far will be fetched")
            Task {
                do { try await launcher.cancel(record.jobID) } catch { say("sml: job \(record.jobID): not cancelled: \(error)") }
            }
        }) { try await run.wait(for: record) }
    }

    private func show(_ results: ClusterRun.Results, outcome: JobOutcome) throws -> Int32 {
        guard results.summary else {
            say("sml: no summary in \(record.runDirectory); the log is \(record.log)")
            if results.records {
                say("Records: \(record.records)\n  a summary of them: sml loadtest summarize \(ShellWord.quoted(record.records))")
            }
            return outcome.exitCode == 0 ? JobOutcome.Code.failed : outcome.exitCode
        }
        let data = FileManager.default.contents(atPath: record.summary) ?? Data()
        let summary = try Summary(jsonData: Array(data), path: record.summary)
        let environment = ProcessInfo.processInfo.environment
        let color = environment["NO_COLOR", default: ""].isEmpty && isatty(STDOUT_FILENO) == 1
        print(summary.textBlock(color: color), terminator: "")
        say("Summary: \(record.summary)")
        if results.records { say("Records: \(record.records)") }
        return outcome.exitCode
    }

    static func hints(_ id: JobID) -> String {
        "  wait for it again: sml loadtest attach \(id)\n  cancel it:         sml loadtest cancel \(id)"
    }

    private func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
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
