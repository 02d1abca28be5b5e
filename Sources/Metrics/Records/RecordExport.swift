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
    private let conditions: [RecordCondition]
    /// Places of the chosen columns among all: 0 is the kind, then the records', then the samples'.
    private let chosen: [Int]
    private let choosesRecords: Bool
    private let choosesSamples: Bool

    package init(format: Format, _ selection: RecordSelection = RecordSelection()) {
        self.format = format
        conditions = selection.conditions
        let places = Dictionary(uniqueKeysWithValues: Self.columns.enumerated().map { ($1, $0) })
        chosen = selection.columns.map { $0.compactMap { places[$0] } } ?? Array(Self.columns.indices)
        let own = chosen.filter { $0 > 0 }
        // A row of nothing but its kind is one only where nothing else was asked for.
        choosesRecords = own.isEmpty || own.contains { $0 <= Self.recordColumns.count }
        choosesSamples = own.isEmpty || own.contains { $0 > Self.recordColumns.count }
    }

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
        if format == .csv { out += Array((chosen.map { Self.columns[$0] }.joined(separator: ",") + "\n").utf8) }
        func sinkFull() throws {
            guard out.count >= 65_536 else { return }
            try sink(out[...])
            out.removeAll(keepingCapacity: true)
        }
        try reader.forEachBatch { batch in
            for record in batch where choosesRecords {
                let label = Int(record.label)
                let names = Names(
                    label: label < reader.context.labels.count ? reader.context.labels[label] : "",
                    error: record.errorText == 0 ? "" : reader.texts[record.errorText],
                    url: record.url == 0 ? reader.context.url : reader.texts[record.url],
                    finish: record.finishText == 0 ? "" : reader.texts[record.finishText],
                    words: record.words == 0 ? "" : reader.texts[record.words])
                guard conditions.allSatisfy({ Self.holds($0, of: record, names) }) else { continue }
                write(to: &out) { place in
                    switch place {
                    case 0: .text(record.kind?.name ?? String(record.kindRaw))
                    case ...Self.recordColumns.count: Self.recordColumns[place - 1].cell(record, names)
                    default: nil
                    }
                }
                try sinkFull()
            }
        } sample: { sample in
            guard choosesSamples, conditions.allSatisfy({ Self.holds($0, of: sample) }) else { return }
            write(to: &out) { place in
                if place == 0 { return .text("sample") }
                let index = place - 1 - Self.recordColumns.count
                return index < 0 ? nil : .number(Self.sampleColumns[index].value(sample))
            }
            try sinkFull()
        }
        if !out.isEmpty { try sink(out[...]) }
    }

    /// A column of the other kind of row holds for no condition, as SQL's NULL.
    private static func holds(_ condition: RecordCondition, of record: RunRecord, _ names: Names) -> Bool {
        if condition.column == RecordCondition.time { return condition.holds(record.scheduled) }
        if condition.column == columns[0] { return condition.holds(.text(record.kind?.name ?? String(record.kindRaw))) }
        return recordColumns.first { $0.name == condition.column }.map { condition.holds($0.cell(record, names)) } ?? false
    }

    private static func holds(_ condition: RecordCondition, of sample: GeneratorSample) -> Bool {
        if condition.column == RecordCondition.time { return condition.holds(sample.time) }
        if condition.column == columns[0] { return condition.holds(.text("sample")) }
        return sampleColumns.first { $0.name == condition.column }.map { condition.holds($0.value(sample)) } ?? false
    }

    private static let keys = columns.map { Array("\"\($0)\":".utf8) }

    // Appends to the buffer in place: a line costs 3 µs; a string per cell took 5 µs (CSV) and 23 µs (JSON Lines).

    /// A line of the chosen columns; `cell` is nil for those that such a row does not have: empty in CSV, left out in JSON.
    @inline(__always)
    private func write(to out: inout [UInt8], _ cell: (Int) -> Cell?) {
        var isFirst = true
        if format == .jsonl { out.append(UInt8(ascii: "{")) }
        for place in chosen {
            let cell = cell(place)
            if format == .jsonl, case nil = cell { continue }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            guard let cell else { continue }
            if format == .jsonl {
                out += Self.keys[place]
                Self.appendJSON(cell, to: &out)
            } else {
                Self.appendCSV(cell, to: &out)
            }
        }
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
