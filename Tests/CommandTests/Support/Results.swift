// What a run left: its summary as JSON, its records through the library and through the command's CSV.

import Base
import Foundation
import Generator
import Metrics
import Testing

struct Results {
    let summary: JSON
    let summaryBytes: Data
    let records: [RunRecord]
    let sampleCount: Int
    let labels: [String]
    let outcome: RunOutcome?

    init(directory: String) throws {
        try self.init(summary: directory + "/summary.json", records: directory + "/records.smlrec")
    }

    init(summary path: String, records file: String) throws {
        summaryBytes = try Data(contentsOf: URL(filePath: path))
        summary = try Summary(jsonData: [UInt8](summaryBytes), path: path).document
        let reader = try RecordFileReader(path: file)
        var all: [RunRecord] = []
        var samples = 0
        try reader.forEachBatch {
            all += Array($0)
        } sample: { _ in
            samples += 1
        }
        #expect(reader.truncatedBytes == 0)
        records = all
        sampleCount = samples
        labels = reader.context.labels
        outcome = reader.outcome
    }

    func count(_ path: String...) -> Int {
        var value: JSON? = summary
        for key in path { value = value?[path: key] }
        return value?.integer.map(Int.init) ?? -1
    }

    var requests: [RunRecord] { records.filter { $0.kind == .request && !$0.flags.contains(.interrupted) } }
    var interrupted: [RunRecord] { records.filter { $0.kind == .request && $0.flags.contains(.interrupted) } }
    var dropped: [RunRecord] { records.filter { $0.kind == .dropped } }
}

/// The middle of `values`; NaN without any.
func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
}
