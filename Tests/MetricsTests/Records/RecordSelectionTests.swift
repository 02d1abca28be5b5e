// Rows and columns of an export, chosen.

import Foundation
import Generator
import Testing

@testable import Metrics

struct RecordSelectionTests {
    /// Four requests, the second failed and the third late, a dropped arrival and a sample.
    private func rows(columns: String? = nil, _ conditions: String..., format: RecordExport.Format = .csv) throws -> [String] {
        let path = Fixtures.temporaryPath("select.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
        var failed = Samples.request(at: 1_000, label: 1, status: 503)
        failed.flags = [.final]
        failed.firstByte = -1
        var dropped = RunRecord(kind: .dropped)
        dropped.scheduled = 40_000_000_000
        [Samples.request(), failed, Samples.request(at: 30_000.2), Samples.request(at: 30_100, label: 1), dropped]
            .withUnsafeBufferPointer { writer.append($0) }
        writer.append(SummaryTests.sample(31_000_000_000))
        try writer.finish(Samples.outcome)
        var bytes: [UInt8] = []
        try RecordExport(format: format, RecordSelection(columns: columns, conditions: conditions))
            .write(RecordFileReader(path: path)) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func columnsComeInTheirOrder() throws {
        #expect(
            try rows(columns: "status, label,kind") == [
                "status,label,kind", "200,short,request", "503,long,request", "200,short,request", "200,long,request", "0,short,dropped",
            ])
        #expect(try rows(columns: "sample_ns") == ["sample_ns", "31000000000"])
        #expect(
            try rows(columns: "kind,vus,status", format: .jsonl).suffix(2) == [
                #"{"kind":"dropped","status":0}"#, #"{"kind":"sample","vus":3}"#,
            ])
        #expect(try rows(columns: "kind").count == 7)
    }

    @Test func allConditionsMustHold() throws {
        #expect(try rows(columns: "status", "status!=200", "kind=request") == ["status", "503"])
        #expect(try rows(columns: "label,status", "label=long") == ["label,status", "long,503", "long,200"])
        #expect(try rows(columns: "label,status", "label == long", "status >= 500") == ["label,status", "long,503"])
        // Due at 30 s to the nanosecond; a sample has a time too.
        #expect(try rows(columns: "kind", "t>=30s") == ["kind", "request", "request", "dropped", "sample"])
        #expect(try rows(columns: "kind", "t<30s") == ["kind", "request", "request"])
        #expect(try rows(columns: "iteration", "final=true", "parsed=false").count == 2)
        #expect(try rows(columns: "status", "first_byte_ns=", "kind=request") == ["status", "503"])
        #expect(try rows(columns: "status", "first_byte_ns>0").count == 4)
        #expect(try rows(columns: "kind,vus", "vus=3") == ["kind,vus", "sample,3"])
    }

    @Test(arguments: [
        ("status", "is no comparison"), ("stat=1", "no column \"stat\""), ("t>=30", "is no time"), ("t>=soon", "is no time"),
        ("label>short", "is no whole number"), ("", "is no comparison"), ("=5", "no column \"\""),
    ])
    func whatIsNoConditionIsSaid(text: String, reason: String) {
        let error = #expect(throws: RecordSelectionError.self) { try RecordCondition(text) }
        #expect(
            error?.description.hasPrefix("--where: ") == true && error?.description.contains(reason) == true, "\(String(describing: error))"
        )
    }

    @Test(arguments: ["", "status,", "status,Status", "status,status"]) func whatAreNoColumnsIsSaid(text: String) {
        #expect(throws: RecordSelectionError.self) { try RecordSelection(columns: text, conditions: []) }
    }
}
