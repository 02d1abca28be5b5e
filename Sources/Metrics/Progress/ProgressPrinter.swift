// Decides when and how progress is written. The caller owns clock and timer and ticks a few times a second; time
// comes with the snapshot, so that the rhythm is testable without waiting.

import Glibc
import Base
import Scenarios

/// Writes progress: redraws one line on a terminal, or appends one line every 10 s to a log.
package struct ProgressPrinter: Sendable {
    package enum Mode: Sendable, Equatable {
        /// Redraw in place; the width is asked for at every redraw, windows change.
        case terminal(color: Bool)
        case plain
        case quiet
    }

    /// How often the caller should tick, nanoseconds: four times a second reads as live and costs nothing.
    package static let tick: Int64 = 250_000_000
    /// Between two lines in a log, nanoseconds.
    package static let plainInterval: Int64 = 10_000_000_000

    package let mode: Mode
    private let write: @Sendable (String) -> Void
    private let width: @Sendable () -> Int
    private var nextPlain = Self.plainInterval
    private var isLineOpen = false

    /// To standard error; `quiet` writes nothing.
    package init(quiet: Bool = false) {
        let mode: Mode =
            quiet
            ? .quiet
            : isatty(STDERR_FILENO) == 1 ? .terminal(color: TerminalStyle.colorWanted(STDERR_FILENO)) : .plain
        self.init(mode: mode, width: Self.terminalWidth, write: Self.writeToStandardError)
    }

    init(mode: Mode, width: @escaping @Sendable () -> Int, write: @escaping @Sendable (String) -> Void) {
        self.mode = mode
        self.width = width
        self.write = write
    }

    /// Whether the next call of ``update(_:)`` would write, so that the caller can spare itself the snapshot.
    package func isDue(elapsed: Int64) -> Bool {
        switch mode {
        case .terminal: true
        case .plain: elapsed >= nextPlain
        case .quiet: false
        }
    }

    /// Shows `snapshot` if it is time to.
    package mutating func update(_ snapshot: ProgressSnapshot) {
        guard isDue(elapsed: snapshot.elapsed) else { return }
        switch mode {
        case .terminal(let color):
            // Return to the first column, draw, erase what was longer: no flicker of an empty line.
            write("\r" + ProgressLine.render(snapshot, width: width(), color: color) + "\u{1B}[K")
            isLineOpen = true
        case .plain:
            write(ProgressLine.plain(snapshot) + "\n")
            nextPlain = (snapshot.elapsed / Self.plainInterval + 1) * Self.plainInterval
        case .quiet: break
        }
    }

    /// Writes a line of another origin (a warning) without leaving half a progress line behind.
    package mutating func log(_ line: String) {
        clear()
        write(line + "\n")
    }

    /// Removes the line from a terminal. Call before anything else is printed, and at the end.
    package mutating func clear() {
        guard isLineOpen else { return }
        write("\r\u{1B}[K")
        isLineOpen = false
    }

    @Sendable private static func terminalWidth() -> Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// A frame that a paused terminal does not take is left out, as what cannot be written (a closed pipe) is.
    @Sendable private static func writeToStandardError(_ text: String) {
        StandardError.drawLive(text)
    }
}
