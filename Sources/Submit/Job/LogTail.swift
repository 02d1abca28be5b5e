// The last lines of a job's output: they explain its end.

import Base
import Scenarios

/// Keeps the youngest lines, made fit for a terminal.
package struct LogTail: Sendable, Equatable {
    static let length = 15

    private(set) var lines: [String] = []

    init() {}

    /// The last lines of `text`, whose first one may be cut.
    package static func lines(of text: String) -> [String] {
        var tail = LogTail()
        tail.take(text)
        return tail.lines
    }

    /// - Parameter text: whole lines.
    mutating func take(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let shown = Redactor().line(String(line), limit: 500)
            if !shown.isEmpty { lines.append(shown) }
        }
        lines.removeFirst(max(0, lines.count - Self.length))
    }
}
