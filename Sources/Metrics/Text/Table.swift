// Columns for people: the first to the left, numbers to the right.

enum Table {
    /// Pads on the right to `width` characters.
    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Lines of equal columns, two blanks apart, without blanks at the end.
    ///
    /// - Parameter width: what the lines must not exceed, if the first column can be cut so far.
    static func aligned(_ rows: [[String]], indentation: Int, width: Int = .max) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        var widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let others = indentation + widths.dropFirst().reduce(0) { $0 + $1 + 2 }
        if columns > 0, widths[0] > width - others { widths[0] = max(min(widths[0], shortest), width - others) }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                column == 0
                    ? pad(cut(text, to: widths[0]), widths[0]) : String(repeating: " ", count: widths[column] - text.count) + text
            }
            return String(repeating: " ", count: indentation) + cells.joined(separator: "  ")
        }
    }

    /// A name says nothing in fewer characters.
    private static let shortest = 10

    /// Names differ at their ends more often than in their middles.
    static func cut(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 2 else { return text }
        let tail = (width - 1) / 2
        return text.prefix(width - 1 - tail) + "…" + text.suffix(tail)
    }
}
