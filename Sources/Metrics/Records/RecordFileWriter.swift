// Appends a run's records to a file. Used from one queue; a full disk ends the file at a whole record and is reported
// once, it never ends the run: the summary does not depend on this file.

import FoundationEssentials
import Generator
import Glibc
import Base
import Scenarios

/// Writes a records file (docs/RECORDS.md). Confined to the queue that consumes records; not `Sendable`.
package final class RecordFileWriter {
    /// 2,500 records a write: 40 system calls a second at 100,000 records/s.
    static let bufferSize = 2_500 * RecordFormat.frameSize

    package let path: String
    /// The first error, after which nothing more is written.
    package private(set) var failure: RecordFileError?
    /// Records and samples appended, text frames not counted.
    package private(set) var recordCount: UInt64 = 0

    private let texts: TextTable
    private let redactor: Redactor
    private var textsWritten = 1
    /// Readable by tests, which put a full device in its place.
    private(set) var descriptor: Int32
    private var buffer: [UInt8] = []
    /// Bytes known to be in the file.
    private var written: off_t = 0

    /// Creates or replaces `path` and writes the header.
    ///
    /// - Parameters:
    ///   - texts: the run's table; texts are copied into the file before the first record that can name them.
    ///   - redactor: applied to every text.
    /// - Throws: ``RecordFileError`` when the file cannot be created or the header not be written.
    package init(path: String, context: RunContext, texts: TextTable, redactor: Redactor = Redactor()) throws {
        self.path = path
        self.texts = texts
        self.redactor = redactor
        do {
            descriptor = try NewFile.open(path)
        } catch {
            throw RecordFileError.system(action: error.action, path: error.path, message: error.message)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = try [UInt8](encoder.encode(context))
        guard document.count <= RecordFormat.maximumDocument else {
            throw RecordFileError.badHeader(
                path: path, reason: "a description of \(document.count) bytes, at most \(RecordFormat.maximumDocument) can be read back")
        }
        buffer.reserveCapacity(Self.bufferSize + RecordFormat.frameSize)
        buffer += RecordFormat.magic
        append(RecordFormat.version.rawValue)
        append(UInt16(RecordFormat.frameSize))
        append(RecordFormat.byteOrderMark)
        append(UInt32(document.count))
        append(UInt32(0))
        buffer += document
        flush()
        if let failure { throw failure }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends records, after the texts they may refer to.
    package func append(_ batch: UnsafeBufferPointer<RunRecord>) {
        guard failure == nil else { return }
        appendNewTexts()
        for record in batch {
            appendFrame { RecordFormat.encode(record, into: $0) }
            if buffer.count >= Self.bufferSize { flush() }
        }
    }

    /// Appends a sample. One comes every second and is written at once, so that a process that is killed leaves all but its
    /// last second.
    package func append(_ sample: GeneratorSample) {
        guard failure == nil else { return }
        appendFrame { RecordFormat.encode(sample, into: $0) }
        flush()
    }

    /// Appends what was counted of streams.
    package func append(_ counts: [StreamCount]) {
        guard failure == nil else { return }
        var rest = counts[...]
        while !rest.isEmpty {
            appendFrame(isRecord: false) { rest = rest.dropFirst(RecordFormat.encode(rest, into: $0)) }
            if buffer.count >= Self.bufferSize { flush() }
        }
        flush()
    }

    private func appendFrame(isRecord: Bool = true, _ encode: (UnsafeMutableRawPointer) -> Void) {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: RecordFormat.frameSize))
        buffer.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { encode(base + start) }
        }
        if isRecord { recordCount += 1 }
    }

    /// Hands everything to the operating system.
    package func flush() {
        defer { buffer.removeAll(keepingCapacity: true) }
        guard failure == nil else { return }
        guard writeAll(buffer, to: descriptor) else {
            failure = Self.systemError("write", path)
            // Back to the last flush, which ended on a whole frame.
            _ = ftruncate(descriptor, written)
            return
        }
        written += off_t(buffer.count)
    }

    /// Writes how the run ended and closes the file. Call once, last.
    ///
    /// - Throws: the first error of the file's whole life.
    package func finish(_ outcome: RunOutcome) throws {
        if failure == nil {
            appendNewTexts()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let document = try [UInt8](encoder.encode(outcome))
            buffer += RecordFormat.pieces(of: document, kind: RecordFormat.outcomeKind, index: 0)
            flush()
        }
        if close(descriptor) != 0 && failure == nil { failure = Self.systemError("close", path) }
        descriptor = -1
        if let failure { throw failure }
    }

    private func appendNewTexts() {
        for text in texts.texts(from: textsWritten) {
            buffer += RecordFormat.pieces(
                of: Array(redactor.redact(text).utf8), kind: RecordFormat.textKind, index: UInt16(textsWritten))
            textsWritten += 1
        }
    }

    private func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { buffer += Array($0) }
    }

    static func systemError(_ action: String, _ path: String) -> RecordFileError {
        .system(action: action, path: path, message: String(cString: strerror(errno)))
    }
}
