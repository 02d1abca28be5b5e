// The results of a job that is over, from the cluster to the terminal: of its run, or of each of several. Summaries are shown as
// soon as they are at home: records may be large, and wait in a queue of their own.

import Base
import Metrics
import RemoteWrite
import Report
import Submit

struct JobResults: Sendable {
    let run: ClusterRun
    let record: JobRecord
    let output: JobOutput

    /// What is at home of one run.
    struct Part: Sendable {
        var record: JobRecord
        var fetched: ClusterRun.Fetched
        var home: HomeSummary?
    }

    /// Returns the exit code, and what came home.
    ///
    /// - Throws: `CancellationError` only.
    func bringHome(_ end: JobEnd, tail: [String]) async throws -> (code: Int32, parts: [Part]) {
        var problems: [String] = []
        var parts: [Part] = []
        let runs = try await runs(after: end, &problems)
        for one in runs {
            var part = Part(record: one, fetched: try await run.summary(of: one, after: end))
            if part.fetched == .here { part.home = told(&problems) { try HomeSummary(fetched: one) } }
            if case .failed(let reason) = part.fetched { problems.append(reason) }
            parts.append(part)
            // The runs after one that did not end were not begun.
            if part.fetched == .none { break }
        }
        var outcome = outcome(end, parts)
        var isShown = true
        if parts.contains(where: { $0.home != nil }) { isShown = show(parts, outcome, tail) }

        // The key goes before records are waited for.
        let listing = try await run.listing(of: record)
        for problem in await run.removeSecrets(record.submission, listing: listing) { output.say("sml: \(problem)") }
        var mayExist = false
        var isChanged = parts.allSatisfy { $0.home == nil }
        var files: [String] = []
        for index in parts.indices {
            let part = parts[index]
            let records = try await run.records(
                of: part.record,
                listing: parts.count > 1 || record.repeats != nil || record.isCapacity ? run.listing(of: part.record) : listing)
            if !records.problems.isEmpty || !problems.isEmpty && part.fetched != .none { mayExist = true }
            problems += records.problems
            files += records.files
            guard part.home == nil else { continue }
            parts[index].home = told(&problems) {
                try HomeSummary(computedFor: part.record, from: records.files, isMissing: part.fetched == .none)
            }
            isChanged = isChanged || parts[index].home != nil
        }
        if isChanged {
            outcome = self.outcome(end, parts)
            isShown = show(parts, outcome, tail)
        }
        for problem in problems { output.say("sml: \(problem)") }
        for file in files { output.say("Records: \(file)") }
        if mayExist { output.say("  fetch what is missing: sml loadtest attach \(record.jobID)") }

        return (code(outcome, parts, of: runs.count, mayExist: mayExist, isShown: isShown), parts)
    }

    /// Those that there may be: of a search as many as its own result says, and the one that was going on when it was killed.
    private func runs(after end: JobEnd, _ problems: inout [String]) async throws -> [JobRecord] {
        guard record.isCapacity else { return record.runs }
        if case .failed(let reason) = try await run.capacity(of: record, after: end) { problems.append(reason) }
        guard let found = capacity else { return record.probes(1) }
        return record.probes(min(found.probes.count + (found.state == .searching ? 1 : 0), CapacityFile.mostProbes))
    }

    /// Nil where it is not at home.
    private var capacity: CapacityResult? { (try? CapacityResult.read(path: record.combined)) ?? nil }

    private func code(_ outcome: JobOutcome, _ parts: [Part], of runs: Int, mayExist: Bool, isShown: Bool) -> Int32 {
        guard outcome.exitCode == 0 else { return outcome.exitCode }
        if mayExist { return ExitStatus.resultsLeft.rawValue }
        guard parts.count == runs, parts.allSatisfy({ $0.home?.isComputedHere == false }) else {
            return JobOutcome.Code.failed
        }
        return isShown ? 0 : ExitStatus.output.rawValue
    }

    private func outcome(_ end: JobEnd, _ parts: [Part]) -> JobOutcome {
        JobOutcome(end, job: record.jobID, limit: .seconds(record.jobTimeSeconds), lost: parts.compactMap { $0.home?.lostTasks }.first)
    }

    private func told(_ problems: inout [String], _ body: () throws -> HomeSummary?) -> HomeSummary? {
        do { return try body() } catch {
            problems.append("\(error)")
            return nil
        }
    }

    /// The end in a sentence, and the result; false when nobody took it.
    private func show(_ parts: [Part], _ outcome: JobOutcome, _ tail: [String]) -> Bool {
        if outcome.exitCode != 0 {
            for line in tail { output.say("  \(line)") }
        }
        output.say("sml: \(outcome.sentence)")
        let homes = parts.compactMap { part in part.home.map { (record: part.record, home: $0) } }
        guard !homes.isEmpty else {
            output.say("sml: no summary in \(record.runDirectory); the log is \(record.log)")
            return true
        }
        for (_, home) in homes { if let origin = home.origin { output.say("sml: \(origin)") } }
        var isShown = true
        do {
            try showResult(homes)
        } catch let error as StandardOutputError {
            // The file has it all the same.
            if !error.isReaderGone { output.say("sml: \(error)") }
            isShown = error.isReaderGone
        } catch {
            output.say("sml: \(error)")
            isShown = false
        }
        if !record.isCapacity { for (record, _) in homes { output.say("Summary: \(record.summary)") } }
        if output.writesReport { writeReport(homes) }
        return isShown
    }

    /// One page, of all runs. One that cannot be written takes nothing from a result.
    private func writeReport(_ homes: [(record: JobRecord, home: HomeSummary)]) {
        let place = ReportFile.beside(summary: record.summary)
        do {
            var contents = ReportContents(homes.map { RunReport($0.home.summary.result, name: $0.record.summary) })
            contents.repeats = repeats(homes)
            if let capacity { contents = ReportContents(capacity) }
            try ReportFile.write(contents, to: place)
            output.say("Report: \(place)")
        } catch {
            output.say("sml: warning: no report: \(error)")
        }
    }

    private func showResult(_ homes: [(record: JobRecord, home: HomeSummary)]) throws {
        if var found = capacity {
            // Its probes have other names here.
            for (index, one) in homes.enumerated() where found.probes.indices.contains(index) {
                found.probes[index].summary = PathText.name(of: one.record.summary)
            }
            try found.write(to: record.combined)
            try output.showCapacity(found)
            return output.say("Capacity: \(record.combined)")
        }
        guard let all = repeats(homes) else {
            if let first = homes.first { try output.show(first.home.summary) }
            return
        }
        try all.write(to: record.combined)
        try output.showAll(all)
        output.say("Summary of all runs: \(record.combined)")
    }

    /// What the runs of one plan come to together; nil where there was to be one.
    private func repeats(_ homes: [(record: JobRecord, home: HomeSummary)]) -> RepeatedRuns? {
        guard let asked = record.repeats, let first = homes.first else { return nil }
        let runs = homes.enumerated().map { index, one in
            RepeatedRun(number: index + 1, summary: PathText.name(of: one.record.summary), result: one.home.summary.result)
        }
        return RepeatedRuns(asked: asked, plan: RepeatedPlan(first.home.summary.result), runs: runs)
    }
}
