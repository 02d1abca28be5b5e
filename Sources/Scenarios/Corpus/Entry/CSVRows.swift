// A corpus as a table (RFC 4180): a row is handed on as the JSON of an entry, so that there is one reader of entries. Columns
// are keys; a cell with nothing in it is a key that is not there.

import Base

struct CSVRows: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int
    /// Of the row given last.
    private(set) var start = 0
    private let separator: UInt8
    private let columns: [String]
    private var json = ByteBuilder(capacity: 16 << 10)

    /// Columns' names are short; without a bound a file of zeros, a terabyte and no disk space, was read for its first line.
    private static let longestHeader = 64 << 10

    /// - Returns: nil if the first line has no column that could be a prompt.
    init?(_ bytes: UnsafeRawBufferPointer, from start: Int) throws {
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, start + Self.longestHeader)])
        guard head.count == bytes.count || head[start...].contains(0x0A) else { return nil }
        for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
            var offset = start
            guard let header = try? Self.row(head, &offset, separator) else { continue }
            let names = header.map { String(decoding: $0, as: UTF8.self).trimmingBlanks }
            guard names.contains("content") || names.contains("prompt") else { continue }
            guard Set(names).count == names.count else {
                throw CorpusEntry.Failure(
                    offset: start, reason: "a CSV file in which a column occurs twice (\(names.joined(separator: ", ")))")
            }
            self.bytes = bytes
            self.separator = separator
            self.offset = offset
            columns = names
            return
        }
        return nil
    }

    /// The next row as a JSON object; nil at the end. The bytes are good until the next call.
    mutating func next() throws -> UnsafeRawBufferPointer? {
        while offset < bytes.count, bytes[offset] == 0x0A || bytes[offset] == 0x0D { offset += 1 }
        guard offset < bytes.count else { return nil }
        start = offset
        let cells = try Self.row(bytes, &offset, separator)
        guard cells.count == columns.count else {
            throw CorpusEntry.Failure(
                offset: start,
                reason: "a row of \(cells.count) \(cells.count == 1 ? "cell" : "cells"), where the first line names \(columns.count)")
        }
        json.removeAll()
        json.append(UInt8(ascii: "{"))
        var isFirst = true
        for (name, cell) in zip(columns, cells) where !cell.isEmpty {
            guard let text = String(validating: cell, as: UTF8.self) else {
                throw CorpusEntry.Failure(offset: start, reason: "invalid UTF-8 in the column \(name)")
            }
            if !isFirst { json.append(UInt8(ascii: ",")) }
            isFirst = false
            json.append(JSONText.quoted(name))
            json.append(UInt8(ascii: ":"))
            // A number of a request is one; a prompt or label of digits is text.
            let isText = ["content", "prompt", "label"].contains(name) || !Self.isPlain(text)
            json.append(isText ? JSONText.quoted(text) : text)
        }
        json.append(UInt8(ascii: "}"))
        return json.bytes
    }

    /// Numbers and truth values as JSON has them.
    private static func isPlain(_ text: String) -> Bool {
        switch try? JSON.parse(text) {
        case .number?, .bool?: true
        default: false
        }
    }

    /// The cells of the row at `offset`, quotes undone.
    private static func row(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ separator: UInt8) throws -> [[UInt8]] {
        let quote = UInt8(ascii: "\"")
        var cells: [[UInt8]] = []
        while true {
            var cell: [UInt8] = []
            if offset < bytes.count, bytes[offset] == quote {
                let start = offset
                offset += 1
                while true {
                    guard offset < bytes.count else {
                        throw CorpusEntry.Failure(offset: start, reason: "a cell in quotes that does not end")
                    }
                    let byte = bytes[offset]
                    offset += 1
                    guard byte == quote else {
                        cell.append(byte)
                        continue
                    }
                    guard offset < bytes.count, bytes[offset] == quote else { break }
                    cell.append(quote)
                    offset += 1
                }
                if offset < bytes.count, ![separator, 0x0A, 0x0D].contains(bytes[offset]) {
                    throw CorpusEntry.Failure(offset: offset, reason: "text after the quotes of a cell; a quote inside of one is doubled")
                }
            } else {
                while offset < bytes.count, bytes[offset] != separator, bytes[offset] != 0x0A, bytes[offset] != 0x0D {
                    cell.append(bytes[offset])
                    offset += 1
                }
            }
            cells.append(cell)
            guard offset < bytes.count, bytes[offset] == separator else { break }
            offset += 1
        }
        if offset < bytes.count, bytes[offset] == 0x0D { offset += 1 }
        if offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
        return cells
    }
}
