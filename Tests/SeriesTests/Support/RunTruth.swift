// What a dashboard should show of a run, computed from the records of all its tasks by the shortest possible code.
// Nothing of the statistics or series under test is used.

import Generator
import Metrics

/// The records of a run of several tasks, and the numbers in them.
struct RunTruth {
    let labels: [String]
    let records: [RunRecord]

    init(records paths: [String]) throws {
        var labels: [String] = []
        var records: [RunRecord] = []
        for path in paths {
            let reader = try RecordFileReader(path: path)
            labels = reader.context.labels
            try reader.forEachBatch { records += Array($0) }
        }
        self.labels = labels
        self.records = records
    }

    var requests: [RunRecord] { records.filter { $0.kind == .request && !$0.flags.contains(.interrupted) } }
    var finished: [RunRecord] { requests.filter { $0.flags.contains(.final) } }
    var good: [RunRecord] { finished.filter { $0.status == 200 && $0.flags.contains(.hasChoices) } }
    var failed: [RunRecord] { finished.filter { !($0.status == 200 && $0.flags.contains(.hasChoices)) } }
    var dropped: Double { Double(records.count { $0.kind == .dropped }) }
    var iterations: [RunRecord] { requests.filter { $0.flags.contains(.endsIteration) } }

    func of(_ label: String?, _ records: [RunRecord]) -> [RunRecord] {
        records.filter { labels[Int($0.label)] == label }
    }

    /// Seconds between two instants of each record.
    static func times(_ records: [RunRecord], _ from: (RunRecord) -> Int64, _ to: (RunRecord) -> Int64) -> [Double] {
        records.map { Double(to($0) - from($0)) / 1e9 }
    }

    ///
    static func quantile(_ fraction: Double, _ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let position = fraction * Double(sorted.count - 1)
        let (low, high) = (sorted[Int(position.rounded(.down))], sorted[Int(position.rounded(.up))])
        return low + (high - low) * (position - position.rounded(.down))
    }

    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
