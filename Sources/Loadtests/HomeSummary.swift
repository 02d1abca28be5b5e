// The summary of a run once its files are at home: the one it wrote, or one computed from its records where it wrote
// none. A job that lost a node leaves records and nothing else, and they are a result.

import Metrics
import Submit

struct HomeSummary {
    let summary: Summary
    let isComputedHere: Bool
    /// Why it is not the run's own.
    private(set) var origin: String?

    /// The run's own.
    ///
    /// - Throws: `SummaryError`.
    init(fetched record: JobRecord) throws {
        summary = try Summary(path: record.summary)
        isComputedHere = false
    }

    /// Nil when there is no readable records file.
    ///
    /// - Parameter isMissing: the run wrote none; else it wrote one that did not come home.
    /// - Throws: `SummaryError`, `RecordFileError`, `MergeError`.
    init?(computedFor record: JobRecord, from records: [String], isMissing: Bool) throws {
        // A task that was killed early has an empty file.
        let files = records.filter { (try? RecordFileReader(path: $0)) != nil }
        guard !files.isEmpty else { return nil }
        summary = try SummaryBuilder.rebuild(fromRecords: files)
        isComputedHere = true
        origin =
            (isMissing ? "the run wrote no summary" : "the run's summary did not come home") + "; this one is computed from its records"
        try summary.write(to: record.summary)
    }

    /// As `sml.tasks` says.
    var lostTasks: LostTasks? {
        LostTasks(summary.result.lostTasks, of: summary.result.tasks.count)
    }
}
