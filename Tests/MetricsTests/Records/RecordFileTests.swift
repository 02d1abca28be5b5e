// The records file: every field survives, texts come before their users, damaged files are told apart.

import Foundation
import Generator
import Base
import Testing

@testable import Metrics

struct RecordFileTests {
    /// A record in which every member has a value of its own.
    static func fullRecord() -> RunRecord {
        var record = RunRecord(kind: .request)
        record.scheduled = 1_001
        record.started = 1_002
        record.sent = -1
        record.firstByte = (1 << 57) - 3
        record.end = 1_005
        record.lookupMicroseconds = 6
        record.connectMicroseconds = 7
        record.tlsMicroseconds = .max
        record.iteration = 9
        record.prompt = 10
        record.virtualUser = 11
        record.promptTokens = -1
        record.completionTokens = 13
        record.bytesSent = 14
        record.bytesReceived = 15
        record.label = 16
        record.status = 503
        record.errorCode = 1503
        record.flags = [.final, .interrupted, .methodGet]
        record.hop = 21
        record.httpVersion = 20
        record.tlsVersion = 13
        record.finishReasonRaw = 3
        record.phaseRaw = 5
        record.shard = 26
        record.resends = 27
        record.retryAfterSeconds = 28
        record.sendingCode = ShortDuration(code: 29)
        record.firstToken = 30
        record.lastToken = 31
        record.cachedTokens = 32
        record.reasoningTokens = 33
        record.arm = 35
        record.turn = 36
        record.words = 0x2526
        return record
    }

    @Test func frameEqualsTheStructInMemory() {
        #expect(MemoryLayout<RunRecord>.stride == RecordFormat.frameSize)
        #expect(MemoryLayout<RunRecord>.offset(of: \.kindRaw) == RecordFormat.kindOffset)
        #expect(MemoryLayout<RunRecord>.offset(of: \.lookupMicroseconds) == 40)
        #expect(MemoryLayout<RunRecord>.offset(of: \.label) == 80)
        #expect(MemoryLayout<RunRecord>.offset(of: \.flags) == 90)
        #expect(MemoryLayout<RunRecord>.offset(of: \.retryAfterSeconds) == 100)
        #expect(MemoryLayout<RunRecord>.offset(of: \.firstToken) == 104)
        #expect(MemoryLayout<RunRecord>.offset(of: \.turn) == 132)
        #expect(MemoryLayout<RunRecord>.offset(of: \.words) == 134)
        var record = Self.fullRecord()
        record.errorText = 19
        record.url = 20
        var frame = [UInt8](repeating: 0xAA, count: RecordFormat.frameSize)
        frame.withUnsafeMutableBytes { RecordFormat.encode(record, into: $0.baseAddress!) }
        withUnsafeBytes(of: record) { memory in
            #expect(Array(memory) == Array(frame))
        }
        let back = frame.withUnsafeBytes { RecordFormat.decode($0.baseAddress!) }
        withUnsafeBytes(of: back) { memory in
            #expect(Array(memory) == Array(frame))
        }
    }

    /// Overflow and a label that is not there: refused by number, not the end of the process.
    @Test func framesThatNoRunWroteAreRefused() throws {
        var late = Samples.request()
        late.end = .max
        var early = Samples.request()
        early.firstToken = .min
        let sample = GeneratorSample(
            time: .min, virtualUsers: 0, maxVirtualUsers: 0, inFlight: 0, cpuTime: 0, residentBytes: 0, loopDelay: 0)
        for record in [late, Samples.request(label: 2), early, nil] {
            let path = Fixtures.temporaryPath("strange.bin")
            defer { try? FileManager.default.removeItem(atPath: path) }
            let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
            [Samples.request()].withUnsafeBufferPointer { writer.append($0) }
            if let record {
                [record].withUnsafeBufferPointer { writer.append($0) }
            } else {
                writer.append(sample)
            }
            try writer.finish(Samples.outcome)
            #expect(throws: RecordFileError.badFrame(path: path, number: 2)) {
                try SummaryBuilder.rebuild(fromRecords: path)
            }
        }
    }

    @Test func roundTripsRecordsTextsAndOutcome() throws {
        let path = Fixtures.temporaryPath("round.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let texts = TextTable()
        let writer = try RecordFileWriter(
            path: path, context: Samples.context(), texts: texts, redactor: Redactor(secrets: ["sk-secret"]))
        // A text longer than one frame, one with a secret, and one added only after the first batch.
        let long = String(repeating: "é", count: 200)
        var first = Self.fullRecord()
        first.label = 1
        first.errorText = texts.index(of: long)
        first.url = texts.index(of: "http://sk-secret.example/")
        [first].withUnsafeBufferPointer { writer.append($0) }
        var second = Samples.request()
        second.errorText = texts.index(of: "read: connection reset by peer")
        let many = [RunRecord](repeating: second, count: 9_000)
        many.withUnsafeBufferPointer { writer.append($0) }
        try writer.finish(Samples.outcome)

        let reader = try RecordFileReader(path: path)
        #expect(reader.context == Samples.context())
        var seen: [RunRecord] = []
        try reader.forEachBatch { batch in
            for record in batch.prefix(1) where seen.isEmpty {
                #expect(reader.texts[record.errorText] == long)
                #expect(reader.texts[record.url] == "http://****.example/")
            }
            seen += batch
        }
        #expect(seen.count == 9_001)
        #expect(reader.recordCount == 9_001)
        #expect(reader.truncatedBytes == 0)
        #expect(reader.outcome == Samples.outcome)
        #expect(reader.texts[seen[9_000].errorText] == "read: connection reset by peer")
        #expect(seen[0].firstByte == (1 << 57) - 3)
        let header = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4_000)
        #expect(!String(decoding: header, as: UTF8.self).contains("sk-secret"))
        #expect(!String(decoding: header, as: UTF8.self).contains("hidden-value"))
    }

    @Test(arguments: [1, 50, 135])
    func readsATruncatedFileToItsLastWholeRecord(extra: Int) throws {
        let path = Fixtures.temporaryPath("cut.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
        [RunRecord](repeating: Samples.request(), count: 5).withUnsafeBufferPointer { writer.append($0) }
        writer.flush()
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        data.append(contentsOf: [UInt8](repeating: 1, count: extra))
        try data.write(to: URL(fileURLWithPath: path))
        let reader = try RecordFileReader(path: path)
        try reader.forEachBatch { _ in }
        #expect(reader.recordCount == 5)
        #expect(reader.truncatedBytes == extra)
        #expect(reader.outcome == nil)
    }

    @Test func rejectsWhatItCannotRead() throws {
        let path = Fixtures.temporaryPath("bad.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let url = URL(fileURLWithPath: path)
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
        writer.flush()
        let good = try Data(contentsOf: url)
        func message(_ change: (inout Data) -> Void) throws -> String {
            var data = good
            change(&data)
            try data.write(to: url)
            do {
                _ = try RecordFileReader(path: path)
                return "accepted"
            } catch let error as RecordFileError {
                return error.description.replacingOccurrences(of: path, with: "F")
            }
        }
        #expect(try message { $0[0] = 0x7B } == "F: not a records file of sml-loadgen (wrong first 8 bytes)")
        #expect(try message { $0 = Data() } == "F: not a records file of sml-loadgen (wrong first 8 bytes)")
        #expect(try message { $0[8] = 3 } == "F: format version 3 is not supported, only 1 and 2")
        #expect(try message { $0[10] = 96 } == "F: record size 96 is not supported, only 136")
        #expect(try message { $0[8] = 1 } == "F: record size 136 is not supported, only 104")
        #expect(
            try message {
                $0[12] = 1
                $0[15] = 4
            }.contains("byte order mark"))
        #expect(try message { $0[19] = 0x7F }.contains("damaged header"))
        #expect(try message { $0 = $0.prefix(40) } == "F: damaged header: the description is cut off")
        #expect(try message { $0[24] = 0x5B } == "F: damaged header: the description does not describe a run")
        #expect(throws: RecordFileError.self) { try RecordFileReader(path: "/nonexistent/records.bin") }
        #expect(throws: RecordFileError.self) {
            try RecordFileWriter(path: "/nonexistent/records.bin", context: Samples.context(), texts: TextTable())
        }
    }

    /// /dev/full refuses every write with ENOSPC.
    @Test func reportsAFullDisk() {
        #expect {
            _ = try RecordFileWriter(path: "/dev/full", context: Samples.context(), texts: TextTable())
        } throws: { "\($0)" == "/dev/full: cannot write: No space left on device" }
    }

    @Test func aDiskThatFillsUpEndsTheFileNotTheRun() throws {
        let path = Fixtures.temporaryPath("fills.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
        let full = open("/dev/full", O_WRONLY)
        #expect(dup2(full, writer.descriptor) == writer.descriptor)
        close(full)
        let records = [RunRecord](repeating: Samples.request(), count: 5_000)
        for _ in 0..<3 { records.withUnsafeBufferPointer { writer.append($0) } }
        #expect(writer.failure?.description == "\(path): cannot write: No space left on device")
        #expect(throws: RecordFileError.self) { try writer.finish(Samples.outcome) }
        let reader = try RecordFileReader(path: path)
        try reader.forEachBatch { _ in }
        #expect(reader.truncatedBytes == 0)
    }

    @Test func skipsFramesOfNewerKinds() throws {
        let path = Fixtures.temporaryPath("newer.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: TextTable())
        var strange = Samples.request()
        strange.kindRaw = 99
        [strange, Samples.request()].withUnsafeBufferPointer { writer.append($0) }
        try writer.finish(Samples.outcome)
        let reader = try RecordFileReader(path: path)
        try reader.forEachBatch { _ in }
        #expect(reader.recordCount == 1)
        #expect(reader.unknownFrames == 1)
    }
}
