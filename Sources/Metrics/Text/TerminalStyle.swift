// Colour where it helps and is wanted, nothing else.

import Glibc

/// ANSI colour, or plain text.
package struct TerminalStyle: Sendable {
    package let color: Bool
    package init(color: Bool) { self.color = color }

    /// Whether `descriptor` is a terminal that wants colour: `NO_COLOR` (no-color.org) and `TERM=dumb` say no.
    package static func colorWanted(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1 else { return false }
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func good(_ text: String) -> String { wrap(text, "32") }
    func bad(_ text: String) -> String { wrap(text, "31") }
    func dim(_ text: String) -> String { wrap(text, "2") }

    private func wrap(_ text: String, _ code: String) -> String {
        color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
