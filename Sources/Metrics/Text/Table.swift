// Columns for people: the first to the left, numbers to the right.

enum Table {
    /// Pads on the right to `width` characters.
    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Lines of equal columns, two blanks apart, without blanks at the end.
    static func aligned(_ rows: [[String]], indentation: Int) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                column == 0 ? pad(text, widths[0]) : String(repeating: " ", count: widths[column] - text.count) + text
            }
            return String(repeating: " ", count: indentation) + cells.joined(separator: "  ")
        }
    }
}
