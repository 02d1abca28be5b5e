// A records file as CSV or JSON Lines, for tools that do not read ours. All columns, texts resolved, instants as whole
// nanoseconds: nothing is rounded, so that an analysis of the export is an analysis of the run. Samples have columns of
// their own behind those of the records.

import Base
import Generator

/// Formats records one line each, streaming.
package struct RecordExport: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case csv, jsonl
    }

    package let format: Format
    package init(format: Format) { self.format = format }

    /// One cell: JSON needs to know numbers and truth values from text.
    enum Cell {
        case text(String)
        case number(Int64)
        case yesNo(Bool)
        /// The point was never reached, the answer had no count: empty in CSV, `null` in JSON.
        case none
    }

    /// Column names in order; docs/RECORDS.md says what they mean. The first says what a line is; a sample's line has only
    /// its own of the others, and a record's only a record's.
    package static let columns: [String] = ["kind"] + recordColumns.map(\.name) + sampleColumns.map(\.name)

    /// Writes the whole of `reader` through `sink`, in pieces of about 64 kB.
    ///
    /// - Throws: ``RecordFileError``, and what `sink` throws.
    package func write(_ reader: RecordFileReader, to sink: (ArraySlice<UInt8>) throws -> Void) throws {
        var out: [UInt8] = []
        if format == .csv { out += Array((Self.columns.joined(separator: ",") + "\n").utf8) }
        func sinkFull() throws {
            guard out.count >= 65_536 else { return }
            try sink(out[...])
            out.removeAll(keepingCapacity: true)
        }
        try reader.forEachBatch { batch in
            for record in batch {
                let label = Int(record.label)
                let names = Names(
                    label: label < reader.context.labels.count ? reader.context.labels[label] : "",
                    error: record.errorText == 0 ? "" : reader.texts[record.errorText],
                    url: record.url == 0 ? reader.context.url : reader.texts[record.url],
                    finish: record.finishText == 0 ? "" : reader.texts[record.finishText],
                    words: record.words == 0 ? "" : reader.texts[record.words])
                begin(.text(record.kind?.name ?? String(record.kindRaw)), to: &out)
                for (index, column) in Self.recordColumns.enumerated() {
                    append(column.cell(record, names), Self.recordKeys[index], to: &out)
                }
                if format == .csv { out += Self.noSample }
                end(&out)
                try sinkFull()
            }
        } sample: { sample in
            begin(.text("sample"), to: &out)
            if format == .csv { out += Self.noRecord }
            for (index, column) in Self.sampleColumns.enumerated() {
                append(.number(column.value(sample)), Self.sampleKeys[index], to: &out)
            }
            end(&out)
            try sinkFull()
        }
        if !out.isEmpty { try sink(out[...]) }
    }

    private static let recordKeys = recordColumns.map { Array(",\"\($0.name)\":".utf8) }
    private static let sampleKeys = sampleColumns.map { Array(",\"\($0.name)\":".utf8) }
    /// The empty cells of the other kind's columns.
    private static let noSample = [UInt8](repeating: UInt8(ascii: ","), count: sampleColumns.count)
    private static let noRecord = [UInt8](repeating: UInt8(ascii: ","), count: recordColumns.count)

    // Appends to the buffer in place: a line costs 3 µs; a string per cell took 5 µs (CSV) and 23 µs (JSON Lines).

    private func begin(_ kind: Cell, to out: inout [UInt8]) {
        if format == .jsonl { out += #"{"kind":"#.utf8 }
        format == .csv ? Self.appendCSV(kind, to: &out) : Self.appendJSON(kind, to: &out)
    }

    private func append(_ cell: Cell, _ key: [UInt8], to out: inout [UInt8]) {
        switch format {
        case .csv:
            out.append(UInt8(ascii: ","))
            Self.appendCSV(cell, to: &out)
        case .jsonl:
            out += key
            Self.appendJSON(cell, to: &out)
        }
    }

    private func end(_ out: inout [UInt8]) {
        if format == .jsonl { out.append(UInt8(ascii: "}")) }
        out.append(0x0A)
    }

    /// What a formula begins with, and what spreadsheets pass over before one.
    private static let formulaMarks: Set<UInt8> = [
        UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D,
    ]

    /// RFC 4180: quotes only where a value needs them. Texts come from servers and corpora; one that a spreadsheet would
    /// take for a formula is made a text there by an apostrophe, and numbers stay numbers.
    private static func appendCSV(_ cell: Cell, to out: inout [UInt8]) {
        switch cell {
        case .none: break
        case .number(let value): append(value, to: &out)
        case .yesNo(let value): out += (value ? "true" : "false").utf8
        case .text(let text):
            let isFormula = text.utf8.first.map(formulaMarks.contains) ?? false
            guard isFormula || text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
                out += text.utf8
                return
            }
            out.append(0x22)
            if isFormula { out.append(UInt8(ascii: "'")) }
            for byte in text.utf8 {
                if byte == 0x22 { out.append(byte) }
                out.append(byte)
            }
            out.append(0x22)
        }
    }

    private static func appendJSON(_ cell: Cell, to out: inout [UInt8]) {
        switch cell {
        case .none: out += "null".utf8
        case .number(let value): append(value, to: &out)
        case .yesNo(let value): out += (value ? "true" : "false").utf8
        case .text(let text):
            // Labels and URLs hardly ever need an escape; the general writer does those that do.
            if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
                out.append(0x22)
                out += text.utf8
                out.append(0x22)
            } else {
                out += JSON.string(text).bytes(indentation: nil)
            }
        }
    }

    private static func append(_ value: Int64, to out: inout [UInt8]) {
        if value < 0 { out.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = out.count
        repeat {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        out[start...].reverse()
    }
}
