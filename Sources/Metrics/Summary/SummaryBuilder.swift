// Summaries from records: of a run that just ended, and of records files that were kept.

import Base
import Statistics

/// Builds summaries.
package enum SummaryBuilder {
    /// - Parameters:
    ///   - redactor: hides secrets in error texts and URLs.
    ///   - remoteWrite: the member `sml.remote_write`; without it there is none.
    ///   - tasks: of a run of several; for the member `sml.tasks`.
    package static func build(
        statistics: RunStatistics, context: RunContext, outcome: RunOutcome, redactor: Redactor = Redactor(),
        remoteWrite: RemoteWriteResult? = nil, tasks: [TaskOutcome] = []
    ) -> Summary {
        Summary(
            RunResult(
                statistics: statistics, context: context, outcome: outcome, redactor: redactor, remoteWrite: remoteWrite, tasks: tasks))
    }

    /// The same of a run that may have lanes.
    package static func build(
        tally: RunTally, context: RunContext, outcome: RunOutcome, redactor: Redactor = Redactor(),
        remoteWrite: RemoteWriteResult? = nil, tasks: [TaskOutcome] = []
    ) -> Summary {
        Summary(
            RunResult(tally: tally, context: context, outcome: outcome, redactor: redactor, remoteWrite: remoteWrite, tasks: tasks))
    }

    /// The document a finished run wrote, computed again from its records file.
    ///
    /// A file without an end (killed job, full disk) gives an interrupted run that lasted until its last record.
    ///
    /// - Parameters:
    ///   - paths: one file, or those of the tasks of one run, which are merged.
    ///   - tolerance: of the comparison of a run of two arms; nil for the one that it was run with.
    /// - Throws: ``RecordFileError``, ``MergeError``.
    package static func rebuild(
        fromRecords paths: [String], redactor: Redactor = Redactor(), tolerance: Double? = nil
    ) throws -> Summary {
        try rebuildWithRequests(fromRecords: paths, redactor: redactor, tolerance: tolerance).summary
    }

    /// The same, and the requests one by one.
    package static func rebuildWithRequests(
        fromRecords paths: [String], redactor: Redactor = Redactor(), tolerance: Double? = nil
    ) throws -> (summary: Summary, requests: Observations) {
        if let path = paths.first, paths.count == 1, try RecordFileReader(path: path).context.task == nil {
            return try single(path, redactor, tolerance: tolerance)
        }
        let run = try MergedRun(recordsFiles: paths)
        return (build(merged: run, redactor: redactor, tolerance: tolerance), run.statistics.observations)
    }

    /// The document of a run of several tasks.
    package static func build(
        merged run: MergedRun, redactor: Redactor = Redactor(), remoteWrite: RemoteWriteResult? = nil, tolerance: Double? = nil
    ) -> Summary {
        build(
            tally: run.tally, context: run.context.comparing(within: tolerance), outcome: run.outcome, redactor: redactor,
            remoteWrite: remoteWrite, tasks: run.tasks)
    }

    /// - Throws: ``RecordFileError``.
    package static func rebuild(fromRecords path: String, redactor: Redactor = Redactor()) throws -> Summary {
        try single(path, redactor).summary
    }

    private static func single(
        _ path: String, _ redactor: Redactor, tolerance: Double? = nil
    ) throws -> (summary: Summary, requests: Observations) {
        let reader = try RecordFileReader(path: path)
        var tally = RunTally(context: reader.context, texts: reader.texts)
        try reader.forEachBatch {
            tally.consume($0)
        } sample: {
            tally.consume($0)
        } counts: {
            tally.consume($0)
        }
        let outcome = reader.outcome ?? missingEnd(tally.whole, reader.context)
        let context = reader.context.comparing(within: tolerance)
        return (build(tally: tally, context: context, outcome: outcome, redactor: redactor), tally.whole.observations)
    }

    private static func missingEnd(_ statistics: RunStatistics, _ context: RunContext) -> RunOutcome {
        let last = max(statistics.lastData, statistics.lastIteration, statistics.generator.last?.time ?? 0)
        return RunOutcome(
            .interrupted, reason: "the records file has no end", duration: last,
            endedUnixNanoseconds: context.startedUnixNanoseconds + last)
    }
}

extension RunContext {
    fileprivate func comparing(within tolerance: Double?) -> RunContext {
        guard let tolerance else { return self }
        var context = self
        context.tolerance = tolerance
        return context
    }
}
