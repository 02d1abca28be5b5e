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
    /// Records and samples handed out so far.
    package private(set) var recordCount: UInt64 = 0
    /// Bytes after the last whole frame; 0 in a complete file. Valid at the end.
    package private(set) var truncatedBytes = 0
    /// Frames of kinds this version does not know, skipped.
    package private(set) var unknownFrames: UInt64 = 0

    private let file: UnsafeMutablePointer<FILE>
    private let version: RecordFormat.Version
    private var frames: [UInt8]
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
            (version, context) = try Self.readHeader(file, path)
        } catch {
            fclose(file)
            throw error
        }
        self.path = path
        self.texts = texts
        self.file = file
        frames = [UInt8](repeating: 0, count: 4_096 * version.frameSize)
    }

    deinit { fclose(file) }

    /// Calls `body` with one batch of records after the other until the end of the file, and `sample` with each sample
    /// where it stands between them, and `counts` with what was counted of streams.
    ///
    /// - Throws: ``RecordFileError`` when reading fails, and what the closures throw.
    package func forEachBatch(
        _ body: (UnsafeBufferPointer<RunRecord>) throws -> Void, sample: (GeneratorSample) throws -> Void = { _ in },
        counts: ([StreamCount]) throws -> Void = { _ in }
    ) throws {
        var batch: [RunRecord] = []
        batch.reserveCapacity(4_096)
        while true {
            let count = fread(&frames, 1, frames.count, file)
            if count < frames.count && ferror(file) != 0 { throw RecordFileWriter.systemError("read", path) }
            for index in 0..<(count / version.frameSize) {
                let offset = index * version.frameSize
                if frames[offset + RecordFormat.kindOffset] == RecordFormat.countsKind, version != .one {
                    try counts(try takeCounts(frameAt: offset))
                    continue
                }
                guard let found = try take(frameAt: offset, into: &batch) else { continue }
                try hand(&batch, to: body)
                recordCount += 1
                try sample(found)
            }
            try hand(&batch, to: body)
            if count < frames.count {
                truncatedBytes = count % version.frameSize
                return
            }
        }
    }

    private func hand(_ batch: inout [RunRecord], to body: (UnsafeBufferPointer<RunRecord>) throws -> Void) throws {
        guard !batch.isEmpty else { return }
        recordCount += UInt64(batch.count)
        try batch.withUnsafeBufferPointer(body)
        batch.removeAll(keepingCapacity: true)
    }

    /// A record goes into the batch; a sample is returned.
    private func take(frameAt offset: Int, into batch: inout [RunRecord]) throws -> GeneratorSample? {
        frameCount += 1
        let kind = frames[offset + RecordFormat.kindOffset]
        switch kind {
        case RecordFormat.textKind, RecordFormat.outcomeKind:
            let length = min(Int(frames[offset + RecordFormat.pieceLengthOffset]), RecordFormat.pieceSize)
            pieces += frames[offset..<(offset + length)]
            guard pieces.count <= RecordFormat.maximumText else {
                throw RecordFileError.badFrame(path: path, number: frameCount)
            }
            guard frames[offset + RecordFormat.pieceLastOffset] != 0 else { return nil }
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
        case RecordFormat.sampleKind:
            let sample = frames.withUnsafeBytes { RecordFormat.decodeSample($0.baseAddress.unsafelyUnwrapped + offset, version) }
            guard RecordFormat.isPlausible(sample) else { throw RecordFileError.badFrame(path: path, number: frameCount) }
            return sample
        default:
            guard RecordKind(rawValue: kind) != nil else {
                unknownFrames += 1
                return nil
            }
            var record = frames.withUnsafeBytes { RecordFormat.decode($0.baseAddress.unsafelyUnwrapped + offset, version) }
            guard RecordFormat.isPlausible(record, labels: context.labels.count) else {
                throw RecordFileError.badFrame(path: path, number: frameCount)
            }
            record.errorText = text(record.errorText)
            record.url = text(record.url)
            record.finishText = text(record.finishText)
            record.words = text(record.words)
            batch.append(record)
        }
        return nil
    }

    private func takeCounts(frameAt offset: Int) throws -> [StreamCount] {
        frameCount += 1
        let counts = frames.withUnsafeBytes { RecordFormat.decodeCounts($0.baseAddress.unsafelyUnwrapped + offset) }
        guard let counts, counts.allSatisfy({ RecordFormat.isPlausible($0, labels: context.labels.count) }) else {
            throw RecordFileError.badFrame(path: path, number: frameCount)
        }
        return counts
    }

    /// The index in `texts` of the file's.
    private func text(_ index: UInt16) -> UInt16 { textIndices[index] ?? texts.index(of: TextTable.overflowText) }

    private static func readHeader(
        _ file: UnsafeMutablePointer<FILE>, _ path: String
    ) throws -> (RecordFormat.Version, RunContext) {
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
                throw RecordFileError.unsupported(path: path, what: what, found: found, accepted: String(accepted))
            }
        }
        guard let version = RecordFormat.Version(rawValue: UInt16(number(8, 2))) else {
            let accepted = RecordFormat.Version.allCases.map { String($0.rawValue) }.joined(separator: " and ")
            throw RecordFileError.unsupported(path: path, what: "format version", found: number(8, 2), accepted: accepted)
        }
        try demand("record size", number(10, 2), version.frameSize)
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
            return (version, context)
        } catch let error as RecordFileError {
            throw error
        } catch {
            throw RecordFileError.badHeader(path: path, reason: "the description does not describe a run")
        }
    }
}
