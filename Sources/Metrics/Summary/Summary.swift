// The summary as a file: the document that a result was written to or read from, kept as it stands.

import Glibc
import Base

/// A summary, just built or read back from a file.
package struct Summary: Sendable, Equatable {
    /// The version of the `sml` object. A reader refuses a higher one than it knows.
    package static let schema: Int64 = 2
    /// Counts up whenever a formula in docs/METRICS.md changes its result.
    package static let formulas: Int64 = 3

    package let document: JSON
    package let result: RunResult

    package init(_ result: RunResult) {
        self.result = result
        document = SummaryWriter.document(result)
    }

    /// 65,536 labels, each with its seven statistics six times, are 90 MB.
    static let sizeLimit = 256 << 20

    /// Reads a summary of ours from a file.
    ///
    /// - Throws: ``SummaryError``.
    package init(path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SummaryError(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        guard let bytes = readBytes(upTo: Self.sizeLimit + 1, from: file) else { throw SummaryError(path: path, reason: "cannot be read") }
        guard bytes.count <= Self.sizeLimit else {
            throw SummaryError(path: path, reason: "is larger than \(Self.sizeLimit >> 20) MiB")
        }
        try self.init(jsonData: bytes, path: path)
    }

    /// Reads a summary of ours.
    ///
    /// - Throws: ``SummaryError`` when it is none, or of a newer schema.
    package init(jsonData: [UInt8], path: String) throws {
        guard let document = try? JSON.parse(jsonData) else {
            throw SummaryError(path: path, reason: "not a JSON document")
        }
        guard let schema = document[path: "sml", "schema"]?.integer else {
            throw SummaryError(path: path, reason: "no summary of sml loadtest (sml.schema is missing)")
        }
        guard schema <= Self.schema else {
            throw SummaryError(path: path, reason: "sml.schema is \(schema), this version reads up to \(Self.schema)")
        }
        self.document = document
        result = RunResult(document: document) ?? RunResult()
    }

    /// The document as written to summary.json: two spaces of indentation, one newline at the end, members always in
    /// the same order.
    package func jsonData() -> [UInt8] { document.bytes(indentation: 2) + [0x0A] }

    /// What SML's script printed at the end of a run: its heading and the document of handleSummary (k6 §8.2).
    package func handleSummaryText() -> String {
        let members = K6HandleSummaryWriter.keys.compactMap { key in document[key].map { (key, $0) } }
        return "\n=== LLM Load Test Summary ===\n"
            + String(decoding: JSON.object(members).bytes(indentation: 2), as: UTF8.self) + "\n"
    }

    /// Replaces the file at `path` atomically.
    ///
    /// - Throws: ``FileError``.
    package func write(to path: String) throws { try WholeFile.write(jsonData(), to: path) }
}

/// A file that is no summary; `description` is one line for the user.
package struct SummaryError: Error, Equatable, CustomStringConvertible {
    package var path: String
    package var reason: String
    package var description: String { "\(path): \(reason)" }
}
