// The golden files: one run in format 1, as its version wrote it, and the same run in format 2. Both are read, to the same
// records, and what is written today is format 2 to the byte.

import Foundation
import Generator
import Testing

@testable import Metrics

struct RecordVersionTests {
    /// What a file holds of its run, in order.
    private struct Content {
        var reader: RecordFileReader
        var records: [RunRecord] = []
        var samples: [GeneratorSample] = []

        init(_ path: String) throws {
            reader = try RecordFileReader(path: path)
            var records: [RunRecord] = []
            var samples: [GeneratorSample] = []
            try reader.forEachBatch {
                records += Array($0)
            } sample: {
                samples.append($0)
            }
            self.records = records
            self.samples = samples
        }

        func frames() -> [[UInt8]] {
            records.map { record in
                var frame = [UInt8](repeating: 0, count: RecordFormat.frameSize)
                frame.withUnsafeMutableBytes { RecordFormat.encode(record, into: $0.baseAddress!) }
                return frame
            }
        }
    }

    private func path(version: Int) -> String { Fixtures.path("records-\(version).smlrec") }

    /// Behind the description, which has a version of its own.
    private func frames(of path: String) throws -> Data {
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = (0..<4).reduce(0) { $0 | Int(file[16 + $1]) << (8 * $1) }
        return file.dropFirst(RecordFormat.headerSize + length)
    }

    @Test func bothVersionsHoldTheSame() throws {
        let one = try Content(path(version: 1))
        let two = try Content(path(version: 2))
        #expect(one.frames() == two.frames() && one.samples == two.samples)
        #expect(one.reader.outcome == two.reader.outcome && one.reader.outcome != nil)
        #expect(one.reader.recordCount == two.reader.recordCount)
        #expect(one.samples.count > 1 && one.samples.allSatisfy { $0.cpuTime > 0 && $0.residentBytes > 1 << 20 && $0.time >= 0 })
        let request = try #require(one.records.first { $0.kind == .request })
        #expect(request.firstToken == -1 && request.lastToken == -1 && request.cachedTokens == -1 && request.reasoningTokens == -1)
        #expect(
            try SummaryBuilder.rebuild(fromRecords: path(version: 1)).jsonData()
                == SummaryBuilder.rebuild(fromRecords: path(version: 2)).jsonData())
    }

    @Test func versionTwoIsWrittenToTheByte() throws {
        let one = try Content(path(version: 1))
        let written = Fixtures.temporaryPath("two.smlrec")
        defer { try? FileManager.default.removeItem(atPath: written) }
        let writer = try RecordFileWriter(path: written, context: one.reader.context, texts: one.reader.texts)
        one.records.withUnsafeBufferPointer { writer.append($0) }
        for sample in one.samples { writer.append(sample) }
        try writer.finish(#require(one.reader.outcome))
        #expect(try frames(of: written) == frames(of: path(version: 2)))
    }
}
