// The summary of a run once its files are at home: the one it wrote, or one computed from its records where it wrote
// none. A job that lost a node leaves records and nothing else, and they are a result.

import Metrics
import Submit

struct HomeSummary {
    let summary: Summary
    let isComputedHere: Bool

    /// Nil when there is neither a summary nor a readable records file.
    ///
    /// - Throws: `SummaryError`, `RecordFileError`, `MergeError`.
    init?(_ record: JobRecord, _ results: ClusterRun.Results) throws {
        if results.summary {
            summary = try Summary(path: record.summary)
            isComputedHere = false
            return
        }
        // A task that was killed early has an empty file.
        let files = results.records.filter { (try? RecordFileReader(path: $0)) != nil }
        guard !files.isEmpty else { return nil }
        summary = try SummaryBuilder.rebuild(fromRecords: files)
        isComputedHere = true
        try summary.write(to: record.summary)
    }

    /// As `sml.tasks` says.
    var lostTasks: LostTasks? {
        LostTasks(summary.result.lostTasks, of: summary.result.tasks.count)
    }
}
