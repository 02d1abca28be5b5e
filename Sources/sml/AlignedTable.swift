// Columns of text, aligned with spaces: readable on a terminal, splittable in a pipe.

import Base

enum AlignedTable {
    /// One line a row; columns as wide as their widest cell.
    static func render(_ rows: [[String]]) -> String {
        // A file's name may have a line's end in it.
        let rows = rows.map { $0.map(OneLine.escaped) }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += column == row.count - 1 ? cell : cell.padding(to: widths[column] + 2)
            }
            return line + "\n"
        }.joined()
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
