// Reads a records file back, a few thousand records at a time, so that a file of any size needs little memory. A file
// whose end is missing (killed job, full disk) is read to its last whole record, and the reader says so.

import FoundationEssentials
import Generator
import Glibc

/// Streams a records file (docs/RECORDS.md). One pass; make another reader for another pass.
package final class RecordFileReader {
    package let path: String
    package let context: RunContext
    /// Texts by the index that the records handed out carry. Complete for every record seen so far.
    package let texts: TextTable
    /// How the run ended; `nil` until the end of the file, and there when the run never finished it.
    package private(set) var outcome: RunOutcome?
    /// Records handed out so far.
    package private(set) var recordCount: UInt64 = 0
    /// Bytes after the last whole frame; 0 in a complete file. Valid at the end.
    package private(set) var truncatedBytes = 0
    /// Frames of kinds this version does not know, skipped.
    package private(set) var unknownFrames: UInt64 = 0

    private let file: UnsafeMutablePointer<FILE>
    private var frames = [UInt8](repeating: 0, count: 4_096 * RecordFormat.frameSize)
    private var pieces: [UInt8] = []
    private var frameCount: UInt64 = 0
    /// Index in the file to index in `texts`: they differ when several files share one table.
    private var textIndices: [UInt16: UInt16] = [0: 0]

    /// Opens `path` and reads its header.
    ///
    /// - Parameter texts: where to put the file's texts; pass one table to several readers to merge their runs.
    /// - Throws: ``RecordFileError``.
    package init(path: String, texts: TextTable = TextTable()) throws {
        guard let file = fopen(path, "rbe") else { throw RecordFileWriter.systemError("open", path) }
        do {
            context = try Self.readHeader(file, path)
        } catch {
            fclose(file)
            throw error
        }
        self.path = path
        self.texts = texts
        self.file = file
    }

    deinit { fclose(file) }

    /// Calls `body` with one batch after the other until the end of the file.
    ///
    /// - Throws: ``RecordFileError`` when reading fails, and what `body` throws.
    package func forEachBatch(_ body: (UnsafeBufferPointer<RunRecord>) throws -> Void) throws {
        var batch: [RunRecord] = []
        batch.reserveCapacity(4_096)
        while true {
            let count = fread(&frames, 1, frames.count, file)
            if count < frames.count && ferror(file) != 0 { throw RecordFileWriter.systemError("read", path) }
            let whole = count / RecordFormat.frameSize
            batch.removeAll(keepingCapacity: true)
            for index in 0..<whole { try take(frameAt: index * RecordFormat.frameSize, into: &batch) }
            recordCount += UInt64(batch.count)
            if !batch.isEmpty { try batch.withUnsafeBufferPointer(body) }
            if count < frames.count {
                truncatedBytes = count % RecordFormat.frameSize
                return
            }
        }
    }

    private func take(frameAt offset: Int, into batch: inout [RunRecord]) throws {
        frameCount += 1
        let kind = frames[offset + RecordFormat.kindOffset]
        switch kind {
        case RecordFormat.textKind, RecordFormat.outcomeKind:
            let length = min(Int(frames[offset + RecordFormat.pieceLengthOffset]), RecordFormat.pieceSize)
            pieces += frames[offset..<(offset + length)]
            guard pieces.count <= RecordFormat.maximumText else {
                throw RecordFileError.badFrame(path: path, number: frameCount)
            }
            guard frames[offset + RecordFormat.pieceLastOffset] != 0 else { return }
            if kind == RecordFormat.outcomeKind {
                outcome = try? JSONDecoder().decode(RunOutcome.self, from: Data(pieces))
                guard outcome.map(RecordFormat.isPlausible) != false else {
                    throw RecordFileError.badFrame(path: path, number: frameCount)
                }
            } else {
                let low = UInt16(frames[offset + RecordFormat.pieceIndexOffset])
                let high = UInt16(frames[offset + RecordFormat.pieceIndexOffset + 1])
                textIndices[high << 8 | low] = texts.index(of: String(decoding: pieces, as: UTF8.self))
            }
            pieces = []
        default:
            guard RecordKind(rawValue: kind) != nil else {
                unknownFrames += 1
                return
            }
            var record = frames.withUnsafeBytes { bytes in
                bytes.baseAddress.map { RecordFormat.decode($0 + offset) } ?? RunRecord()
            }
            guard RecordFormat.isPlausible(record, labels: context.labels.count) else {
                throw RecordFileError.badFrame(path: path, number: frameCount)
            }
            record.errorText = textIndices[record.errorText] ?? texts.index(of: TextTable.overflowText)
            record.url = textIndices[record.url] ?? texts.index(of: TextTable.overflowText)
            batch.append(record)
        }
    }

    private static func readHeader(_ file: UnsafeMutablePointer<FILE>, _ path: String) throws -> RunContext {
        var header = [UInt8](repeating: 0, count: RecordFormat.headerSize)
        let count = fread(&header, 1, header.count, file)
        guard count >= 8, header.starts(with: RecordFormat.magic) else {
            throw RecordFileError.notARecordsFile(path: path)
        }
        guard count == header.count else { throw RecordFileError.badHeader(path: path, reason: "only \(count) bytes") }
        func number(_ offset: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(header[offset + $1]) << (8 * $1) }
        }
        func demand(_ what: String, _ found: Int, _ accepted: Int) throws {
            guard found == accepted else {
                throw RecordFileError.unsupported(path: path, what: what, found: found, accepted: accepted)
            }
        }
        try demand("format version", number(8, 2), Int(RecordFormat.version))
        try demand("record size", number(10, 2), RecordFormat.frameSize)
        try demand("byte order mark", number(12, 4), Int(RecordFormat.byteOrderMark))
        let length = number(16, 4)
        guard length <= RecordFormat.maximumDocument else {
            throw RecordFileError.badHeader(path: path, reason: "a description of \(length) bytes")
        }
        var document = [UInt8](repeating: 0, count: length)
        guard fread(&document, 1, length, file) == length else {
            throw RecordFileError.badHeader(path: path, reason: "the description is cut off")
        }
        do {
            let context = try JSONDecoder().decode(RunContext.self, from: Data(document))
            if let flaw = RecordFormat.flaw(of: context) { throw RecordFileError.badHeader(path: path, reason: flaw) }
            return context
        } catch let error as RecordFileError {
            throw error
        } catch {
            throw RecordFileError.badHeader(path: path, reason: "the description does not describe a run")
        }
    }
}
