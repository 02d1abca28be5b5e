// The results of a job that is over, from the cluster to the terminal. The summary is shown as soon as it is at home: records
// may be large, and wait in a queue of their own.

import Base
import Metrics
import RemoteWrite
import Report
import Submit

struct JobResults: Sendable {
    let run: ClusterRun
    let record: JobRecord
    let output: JobOutput

    /// Returns the exit code, and what became of the series.
    ///
    /// - Throws: `CancellationError` only.
    func bringHome(_ end: JobEnd, tail: [String]) async throws -> (code: Int32, remoteWrite: RemoteWriteResult?) {
        let summary = try await run.summary(of: record, after: end)
        var problems: [String] = []
        var home: HomeSummary?
        if summary == .here { home = told(&problems) { try HomeSummary(fetched: record) } }
        if case .failed(let reason) = summary { problems.append(reason) }
        var outcome = outcome(end, home)
        var isShown = true
        if let home { isShown = show(home, outcome, tail) }

        // The key goes before records are waited for.
        let listing = try await run.listing(of: record)
        for problem in await run.removeSecrets(record.submission, listing: listing) { output.say("sml: \(problem)") }
        let records = try await run.records(of: record, listing: listing)
        problems += records.problems
        let mayExist = problems.isEmpty ? false : summary != .none || !records.problems.isEmpty
        if home == nil {
            home = told(&problems) { try HomeSummary(computedFor: record, from: records.files, isMissing: summary == .none) }
            outcome = self.outcome(end, home)
            isShown = show(home, outcome, tail)
        }
        for problem in problems { output.say("sml: \(problem)") }
        for file in records.files { output.say("Records: \(file)") }
        if mayExist { output.say("  fetch what is missing: sml loadtest attach \(record.jobID)") }

        return (code(outcome, home, mayExist: mayExist, isShown: isShown), home?.summary.result.remoteWrite)
    }

    private func code(_ outcome: JobOutcome, _ home: HomeSummary?, mayExist: Bool, isShown: Bool) -> Int32 {
        guard outcome.exitCode == 0 else { return outcome.exitCode }
        if mayExist { return ExitStatus.resultsLeft.rawValue }
        guard home?.isComputedHere == false else { return JobOutcome.Code.failed }
        return isShown ? 0 : ExitStatus.output.rawValue
    }

    private func outcome(_ end: JobEnd, _ home: HomeSummary?) -> JobOutcome {
        JobOutcome(end, job: record.jobID, limit: .seconds(record.jobTimeSeconds), lost: home?.lostTasks)
    }

    private func told(_ problems: inout [String], _ body: () throws -> HomeSummary?) -> HomeSummary? {
        do { return try body() } catch {
            problems.append("\(error)")
            return nil
        }
    }

    /// The end in a sentence, and the result; false when nobody took it.
    private func show(_ home: HomeSummary?, _ outcome: JobOutcome, _ tail: [String]) -> Bool {
        if outcome.exitCode != 0 {
            for line in tail { output.say("  \(line)") }
        }
        output.say("sml: \(outcome.sentence)")
        guard let home else {
            output.say("sml: no summary in \(record.runDirectory); the log is \(record.log)")
            return true
        }
        if let origin = home.origin { output.say("sml: \(origin)") }
        var isShown = true
        do {
            try output.show(home.summary)
        } catch {
            // The file has it all the same.
            if !error.isReaderGone { output.say("sml: \(error)") }
            isShown = error.isReaderGone
        }
        output.say("Summary: \(record.summary)")
        if output.writesReport { writeReport(home) }
        return isShown
    }

    /// A page that cannot be written takes nothing from a result.
    private func writeReport(_ home: HomeSummary) {
        let place = ReportFile.beside(summary: record.summary)
        do {
            try ReportFile.write([RunReport(home.summary.result, name: record.summary)], to: place)
            output.say("Report: \(place)")
        } catch {
            output.say("sml: warning: no report: \(error)")
        }
    }
}
