// Sections on a screen: all lines one after the other for a pipe or a file, and for a terminal those that matter most, as
// many as it has room for, in the order of the whole.

/// Arranges sections.
enum BlockLayout {
    /// What `screen` has room for below `above` lines; everything for a pipe or a file.
    static func lines(_ sections: [TextSection], screen: TerminalScreen?, above: Int = 1) -> [String] {
        screen.map { fitting(sections, rows: $0.rows - above, columns: $0.columns, rest: $0.rest) } ?? all(sections)
    }

    /// Every line, an empty one before each section.
    static func all(_ sections: [TextSection]) -> [String] {
        sections.filter { !$0.lines.isEmpty }.flatMap { [""] + $0.lines.map(\.text) }
    }

    /// At most `rows` lines of at most `columns` columns; the last one says how many are left out and where they are.
    static func fitting(_ sections: [TextSection], rows: Int, columns: Int, rest: String) -> [String] {
        let everything = all(sections).count
        let isWhole = everything <= rows
        let shown = isWhole ? sections : chosen(sections, rows: rows - 1)
        let lines = shown.filter { !$0.lines.isEmpty }.flatMap { section in
            [""] + section.lines.map { $0.isWhole ? $0.text : VisibleText.cut($0.text, to: columns) }
        }
        guard !isWhole else { return lines }
        let left = sections.reduce(0) { $0 + $1.lines.count } - shown.reduce(0) { $0 + $1.lines.count }
        return lines + ["  … \(Format.grouped(left)) more lines: \(rest)"]
    }

    /// The lines that matter most, the earlier of equal ones.
    private static func chosen(_ sections: [TextSection], rows: Int) -> [TextSection] {
        var found = sections.map { $0.lines.map { _ in false } }
        var isOpen = sections.map { _ in false }
        var used = 0
        for priority in TextLine.Priority.allCases.reversed() {
            for (section, lines) in sections.map(\.lines).enumerated() {
                for (index, line) in lines.enumerated() where line.priority == priority {
                    let cost = isOpen[section] ? 1 : 2
                    guard used + cost <= rows else { continue }
                    used += cost
                    isOpen[section] = true
                    found[section][index] = true
                }
            }
        }
        return zip(sections, found).map { section, found in
            TextSection(zip(section.lines, found).filter(\.1).map(\.0))
        }
    }
}

/// Text as a terminal shows it.
enum VisibleText {
    /// Not more than `columns` characters of `text`, its colours apart; what is cut ends in an ellipsis.
    static func cut(_ text: String, to columns: Int) -> String {
        var out = ""
        var visible = 0
        var isEscape = false
        var hasColor = false
        guard length(text) > columns else { return text }
        for character in text {
            if character == "\u{1B}" {
                isEscape = true
                hasColor = true
            }
            if isEscape {
                out.append(character)
                if character.isLetter { isEscape = false }
            } else if visible < columns - 1 {
                visible += 1
                out.append(character)
            } else {
                break
            }
        }
        return out + "…" + (hasColor ? "\u{1B}[0m" : "")
    }

    /// Characters that take a place.
    static func length(_ text: String) -> Int {
        var visible = 0
        var isEscape = false
        for character in text {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { visible += 1 }
            if isEscape, character.isLetter { isEscape = false }
        }
        return visible
    }
}
