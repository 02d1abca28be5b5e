// The block as values: lines that say how much they matter, in sections. What a terminal has room for is then a choice of
// lines by a rule, and a row more is a line with a priority and no question of where it fits.

/// A line of the block, which may hold colours.
struct TextLine: Sendable, Equatable {
    /// What is shown first where not everything fits.
    enum Priority: Int, Sendable, Comparable, CaseIterable {
        /// Seen where there is room.
        case detail
        /// Where it was and under what name.
        case context
        /// The figures by label, where to look for a failure.
        case figure
        /// What the run came to, and everything that makes it worthless.
        case headline

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    var text: String
    var priority: Priority
    /// Never cut to the width of a terminal: a command to be copied.
    var isWhole = false
}

/// Lines that stand together, with an empty one before them.
struct TextSection: Sendable, Equatable {
    var lines: [TextLine] = []

    init(_ lines: [TextLine] = []) { self.lines = lines }

    mutating func add(_ text: String, _ priority: TextLine.Priority, isWhole: Bool = false) {
        lines.append(TextLine(text: text, priority: priority, isWhole: isWhole))
    }

    mutating func add(_ texts: [String], _ priority: TextLine.Priority) {
        for text in texts { add(text, priority) }
    }
}
