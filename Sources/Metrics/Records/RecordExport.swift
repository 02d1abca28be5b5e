// A records file as CSV or JSON Lines, for tools that do not read ours. All columns, texts resolved, instants as whole
// nanoseconds: nothing is rounded, so that an analysis of the export is an analysis of the run.

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

    /// Column names in order; docs/RECORDS.md says what they mean.
    package static let columns: [String] = columnTable.map(\.name)

    private typealias Column = (name: String, cell: @Sendable (RunRecord, Names) -> Cell)
    private typealias Names = (label: String, error: String, url: String)

    private static let columnTable: [Column] = [
        ("kind", { record, _ in .text(record.kind?.name ?? String(record.kindRaw)) }),
        ("scheduled_ns", { record, _ in .number(record.scheduled) }),
        ("started_ns", { record, _ in .number(record.started) }),
        ("sent_ns", { record, _ in record.kind == .sample ? .number(record.sent) : reached(record.sent) }),
        ("first_byte_ns", { record, _ in reached(record.firstByte) }),
        ("end_ns", { record, _ in .number(record.end) }),
        ("lookup_us", { record, _ in .number(Int64(record.lookupMicroseconds)) }),
        ("connect_us", { record, _ in .number(Int64(record.connectMicroseconds)) }),
        ("tls_us", { record, _ in .number(Int64(record.tlsMicroseconds)) }),
        ("iteration", { record, _ in .number(Int64(record.iteration)) }),
        ("prompt", { record, _ in .number(Int64(record.prompt)) }),
        ("virtual_user", { record, _ in .number(Int64(record.virtualUser)) }),
        ("prompt_tokens", { record, _ in reached(Int64(record.promptTokens)) }),
        ("completion_tokens", { record, _ in reached(Int64(record.completionTokens)) }),
        ("bytes_sent", { record, _ in .number(Int64(record.bytesSent)) }),
        ("bytes_received", { record, _ in .number(Int64(record.bytesReceived)) }),
        ("label", { _, names in .text(names.label) }),
        ("status", { record, _ in .number(Int64(record.status)) }),
        ("error_code", { record, _ in .number(Int64(record.errorCode)) }),
        ("error", { _, names in .text(names.error) }),
        ("method", { record, _ in .text(record.flags.contains(.methodGet) ? "GET" : "POST") }),
        ("url", { _, names in .text(names.url) }),
        ("hop", { record, _ in .number(Int64(record.hop)) }),
        ("http_version", { record, _ in .number(Int64(record.httpVersion)) }),
        ("tls_version", { record, _ in .number(Int64(record.tlsVersion)) }),
        ("finish_reason", { record, _ in .text(record.finishReason.name) }),
        ("phase", { record, _ in .text(record.phase.name) }),
        ("shard", { record, _ in .number(Int64(record.shard)) }),
        ("connection_reused", { record, _ in .yesNo(record.flags.contains(.connectionReused)) }),
        ("parsed", { record, _ in .yesNo(record.flags.contains(.parsed)) }),
        ("has_choices", { record, _ in .yesNo(record.flags.contains(.hasChoices)) }),
        ("final", { record, _ in .yesNo(record.flags.contains(.final)) }),
        ("ends_iteration", { record, _ in .yesNo(record.flags.contains(.endsIteration)) }),
        ("interrupted", { record, _ in .yesNo(record.flags.contains(.interrupted)) }),
        ("retried_by_transport", { record, _ in .yesNo(record.flags.contains(.retriedByTransport)) }),
        ("resends", { record, _ in .number(Int64(record.resends)) }),
        ("retry_after_s", { record, _ in reached(record.retryAfterSeconds == 0 ? -1 : Int64(record.retryAfterSeconds)) }),
        ("without_content", { record, _ in .yesNo(record.flags.contains(.withoutContent)) }),
        ("other_model", { record, _ in .yesNo(record.flags.contains(.otherModel)) }),
        ("tokens_not_as_asked", { record, _ in .yesNo(record.flags.contains(.tokensNotAsAsked)) }),
        ("cut_short", { record, _ in .yesNo(record.flags.contains(.cutShort)) }),
        ("empty_body", { record, _ in .yesNo(record.flags.contains(.emptyBody)) }),
        ("paused", { record, _ in .yesNo(record.flags.contains(.paused)) }),
        ("reports_failure", { record, _ in .yesNo(record.flags.contains(.reportsFailure)) }),
        ("sending_us", { record, _ in .number(record.sending / 1000) }),
    ]

    private static func reached(_ value: Int64) -> Cell { value < 0 ? .none : .number(value) }

    /// Writes the whole of `reader` through `sink`, in pieces of about 64 kB.
    ///
    /// - Throws: ``RecordFileError``, and what `sink` throws.
    package func write(_ reader: RecordFileReader, to sink: (ArraySlice<UInt8>) throws -> Void) throws {
        var out: [UInt8] = []
        if format == .csv { out += Array((Self.columns.joined(separator: ",") + "\n").utf8) }
        try reader.forEachBatch { batch in
            for record in batch {
                let label = Int(record.label)
                let names: Names = (
                    label < reader.context.labels.count ? reader.context.labels[label] : "",
                    record.errorText == 0 ? "" : reader.texts[record.errorText],
                    record.url == 0 ? reader.context.url : reader.texts[record.url]
                )
                appendLine(record, names, to: &out)
                if out.count >= 65_536 {
                    try sink(out[...])
                    out.removeAll(keepingCapacity: true)
                }
            }
        }
        if !out.isEmpty { try sink(out[...]) }
    }

    /// Appends to the buffer in place: a line costs 3 µs; a string per cell took 5 µs (CSV) and 23 µs (JSON Lines).
    private func appendLine(_ record: RunRecord, _ names: Names, to out: inout [UInt8]) {
        if format == .jsonl { out.append(UInt8(ascii: "{")) }
        for (index, column) in Self.columnTable.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            switch format {
            case .csv: Self.appendCSV(column.cell(record, names), to: &out)
            case .jsonl:
                out += Self.jsonKeys[index]
                Self.appendJSON(column.cell(record, names), to: &out)
            }
        }
        if format == .jsonl { out.append(UInt8(ascii: "}")) }
        out.append(0x0A)
    }

    /// What a formula begins with, and what spreadsheets pass over before one.
    private static let formulaMarks: Set<UInt8> = [
        UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D,
    ]

    private static let jsonKeys = columns.map { Array("\"\($0)\":".utf8) }

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
