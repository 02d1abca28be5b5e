// A corpus may label every prompt. What a summary costs must grow with the labels, not with their square: 4,000 took
// 6.6 s. Told by doubling them, which a busy machine slows down alike, and by a limit far above what it takes.

import Generator
import Testing

@testable import Metrics

@Suite struct ManyLabelsTests {
    private func seconds(labels count: Int) -> Double {
        let names = (0..<count).map { "label \($0)" }
        var run = RunStatistics(labels: names, texts: TextTable(), mainURL: Samples.url)
        for label in 0..<count {
            run.consume(Samples.request(at: Double(label), label: UInt16(label)))
            run.consume(Samples.request(at: Double(label), label: UInt16(label), status: 503))
        }
        return
            (ContinuousClock().measure {
                let summary = SummaryBuilder.build(statistics: run, context: Samples.context(labels: names), outcome: Samples.outcome)
                #expect(summary.jsonData().count > 1000 * count)
                #expect(summary.textBlock(color: false).split(separator: "\n").count > 2 * count)
            } / .seconds(1))
    }

    @Test func theSummaryOfManyLabelsIsLinear() {
        let few = seconds(labels: 2_000)
        let many = seconds(labels: 8_000)
        // 4 would be linear, 16 quadratic.
        #expect(many / few < 9, "\(few) s, then \(many) s")
    }

    /// As many as records can name.
    @Test func allLabelsThereCanBe() throws {
        let names = (0..<65_536).map(String.init)
        let path = Fixtures.temporaryPath("labels.smlrec")
        let texts = TextTable()
        let writer = try RecordFileWriter(path: path, context: Samples.context(labels: names), texts: texts)
        for label in [0, 40_000, 65_535] {
            withUnsafeTemporaryAllocation(of: RunRecord.self, capacity: 1) {
                $0.initialize(repeating: Samples.request(label: UInt16(label)))
                writer.append(UnsafeBufferPointer($0))
            }
        }
        try writer.finish(Samples.outcome)
        let summary = try SummaryBuilder.rebuild(fromRecords: path)
        #expect(summary.document[path: "sml", "labels"]?.members.map(\.0) == ["0", "40000", "65535"])
    }

    @Test func aDescriptionThatCannotBeReadBackIsNotWritten() {
        let names = (0..<65_536).map { _ in String(repeating: "x", count: 300) }
        #expect(throws: RecordFileError.self) {
            try RecordFileWriter(path: "/dev/null", context: Samples.context(labels: names), texts: TextTable())
        }
    }
}
