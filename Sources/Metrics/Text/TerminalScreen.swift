// How much a terminal shows, so that what matters most is on it.

import Glibc

/// The size of what a block must fit on, in characters.
package struct TerminalScreen: Sendable, Equatable {
    /// A terminal that does not say is one of 80 × 24.
    package static let usual = TerminalScreen(rows: 24, columns: 80)
    /// What follows a block: the line that names the summary, and the prompt.
    private static let linesBelow = 2

    package var rows: Int
    package var columns: Int
    /// What shows the lines that do not fit.
    package var rest: String

    package init(rows: Int, columns: Int, rest: String = "--details") {
        self.rows = rows
        self.columns = columns
        self.rest = rest
    }

    /// What a block has of the terminal behind `descriptor`; nil when there is none: a pipe takes everything. Never less
    /// than of the usual one.
    ///
    /// - Parameter rest: see ``rest``.
    package static func ofBlock(_ descriptor: Int32, rest: String = "--details") -> TerminalScreen? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        return TerminalScreen(
            rows: max(usual.rows, isKnown ? Int(size.ws_row) : 0) - linesBelow,
            columns: isKnown && size.ws_col > 0 ? Int(size.ws_col) : usual.columns, rest: rest)
    }
}
