// Exports name every column, resolve texts and quote what needs it.

import Base
import Foundation
import Generator
import Testing

@testable import Metrics

struct RecordExportTests {
    private func export(_ format: RecordExport.Format) throws -> [String] {
        let path = Fixtures.temporaryPath("export.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let texts = TextTable()
        let writer = try RecordFileWriter(
            path: path, context: Samples.context(labels: ["short", "a,\"b\""]), texts: texts)
        var failed = Samples.request(status: 0)
        failed.firstByte = -1
        failed.label = 1
        failed.errorCode = 1220
        failed.errorText = texts.index(of: "read: connection reset by peer")
        failed.completionTokens = -1
        failed.flags = [.final, .connectionReused]
        [Samples.request(), failed].withUnsafeBufferPointer { writer.append($0) }
        writer.append(SummaryTests.sample())
        try writer.finish(Samples.outcome)
        var bytes: [UInt8] = []
        try RecordExport(format: format).write(RecordFileReader(path: path)) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func csv() throws {
        let lines = try export(.csv)
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("kind,scheduled_ns,started_ns,sent_ns,first_byte_ns,end_ns,"))
        #expect(lines[1].hasPrefix("request,99800000,100000000,101000000,149500000,150000000,0,0,0,"))
        #expect(lines[2].contains(",101000000,,150000000,"))
        #expect(lines[2].contains("\"a,\"\"b\"\"\",0,1220,read: connection reset by peer,POST,\(Samples.url),"))
        #expect(
            lines[0].hasSuffix(
                ",turn,words,next_address,chunks,answered_whole," + RecordExport.sampleColumns.map(\.name).joined(separator: ",")))
        #expect(lines[1].hasSuffix(",0,0,,false,,false,,,,,,,,,,,,,,,"))
        #expect(lines[3].hasPrefix("sample,,,,,") && lines[3].hasSuffix(",,1000000000,5000000,31457280,200000,0,0,0,1,3,3,0,0,0,0,0"))
        for line in [lines[1], lines[3]] {
            #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == RecordExport.columns.count)
        }
    }

    /// Texts of a server or a corpus that a spreadsheet would run; the numbers beside them stay as they are.
    @Test(arguments: ["=", "+", "-", "@", "\t", "\r", "\n"])
    func aFormulaBecomesAText(_ mark: String) throws {
        let path = Fixtures.temporaryPath("formula.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let texts = TextTable()
        let writer = try RecordFileWriter(path: path, context: Samples.context(labels: [mark + "1+1"]), texts: texts)
        var record = Samples.request()
        record.scheduled = -5
        record.errorText = texts.index(of: mark + "cmd|' /C calc'!A0,\"x\"")
        record.url = texts.index(of: "a\(mark)b")
        [record].withUnsafeBufferPointer { writer.append($0) }
        try writer.finish(Samples.outcome)
        func export(_ format: RecordExport.Format) throws -> String {
            var bytes: [UInt8] = []
            try RecordExport(format: format).write(RecordFileReader(path: path)) { bytes += $0 }
            return String(decoding: bytes, as: UTF8.self)
        }
        let csv = try export(.csv)
        #expect(csv.contains(",\"'\(mark)1+1\","))
        #expect(csv.contains(",\"'\(mark)cmd|' /C calc'!A0,\"\"x\"\"\","))
        #expect(csv.contains("\nrequest,-5,"))
        // Only at the beginning.
        #expect(csv.contains(["\r", "\n"].contains(mark) ? "\"a\(mark)b\"" : ",a\(mark)b,"))
        // For programs nothing changes.
        #expect(try export(.jsonl).contains(#""label":"\#(mark == "\t" ? "\\t" : mark == "\r" ? "\\r" : mark == "\n" ? "\\n" : mark)1+1""#))
    }

    @Test func jsonLines() throws {
        let lines = try export(.jsonl)
        #expect(lines.count == 3)
        let first = try JSONDecoder().decode(JSON.self, from: Data(lines[0].utf8))
        #expect(first.members.map(\.0) == (["kind"] + RecordExport.recordColumns.map(\.name)).sorted())
        let sample = try JSONDecoder().decode(JSON.self, from: Data(lines[2].utf8))
        #expect(sample.members.map(\.0) == (["kind"] + RecordExport.sampleColumns.map(\.name)).sorted())
        #expect(sample["kind"] == .string("sample") && sample["cpu_ns"] == .int(5_000_000))
        #expect(first["first_token_ns"] == .null && first["finish_reason_text"] == .null && first["arm"] == .int(0))
        #expect(first["completion_tokens"] == .int(64))
        #expect(first["label"] == .string("short"))
        let second = try JSONDecoder().decode(JSON.self, from: Data(lines[1].utf8))
        #expect(second["first_byte_ns"] == .null)
        #expect(second["completion_tokens"] == .null)
        #expect(second["label"] == .string("a,\"b\""))
        #expect(second["connection_reused"] == .bool(true))
    }
}
