// The last lines of a job's output, and the first errors in it: they explain its end. pyxis says what went wrong first and
// then some twenty lines of what follows from it.

import Base
import Scenarios

/// Keeps the youngest lines, made fit for a terminal.
package struct LogTail: Sendable, Equatable {
    static let length = 15

    /// Errors that are kept although the last lines have moved on.
    static let errorLimit = 5

    private var last: [String] = []
    /// Of those that are not among the last any more.
    private var errors: [String] = []
    /// Whether lines are missing between the two.
    private var hasGap = false

    /// The first errors, then the last lines.
    var lines: [String] { errors + (hasGap && !errors.isEmpty ? ["…"] : []) + last }

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
            if !shown.isEmpty { last.append(shown) }
        }
        let leaving = last.prefix(max(0, last.count - Self.length))
        for line in leaving {
            if errors.count < Self.errorLimit, Self.isError(line) { errors.append(line) } else if !errors.isEmpty { hasGap = true }
        }
        last.removeFirst(leaving.count)
    }

    /// As SLURM's commands, their plugins and our own programs begin one.
    private static func isError(_ line: String) -> Bool {
        line.contains("error:") || line.hasPrefix("sml: ") || line.hasPrefix("sml-loadgen: ")
    }
}
