// Decides when and how progress is written. The caller owns clock and timer and ticks a few times a second; time
// comes with the snapshot, so that the rhythm is testable without waiting.

import Glibc
import Base
import Scenarios

/// Writes progress: redraws one line on a terminal, two on one of twenty lines or more, or appends one line every 10 s to a log.
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
    private let height: @Sendable () -> Int
    /// On a lower terminal the lines before are worth more.
    private static let heightForTwo = 20
    private var nextPlain = Self.plainInterval
    private var isLineOpen = false
    private var hasSecondLine = false

    /// To standard error; `quiet` writes nothing.
    package init(quiet: Bool = false) {
        let mode: Mode =
            quiet
            ? .quiet
            : isatty(STDERR_FILENO) == 1 ? .terminal(color: TerminalStyle.colorWanted(STDERR_FILENO)) : .plain
        self.init(
            mode: mode, width: { Self.terminal?.columns ?? 80 }, height: { Self.terminal?.rows ?? 0 }, write: Self.writeToStandardError)
    }

    init(
        mode: Mode, width: @escaping @Sendable () -> Int, height: @escaping @Sendable () -> Int = { 0 },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.mode = mode
        self.width = width
        self.height = height
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
            let width = width()
            var frame = "\r" + ProgressLine.render(snapshot, width: width, color: color) + "\u{1B}[K"
            if height() >= Self.heightForTwo, let below = ProgressLine.lately(snapshot, width: width) {
                // And back up, so that the next frame begins where this one did.
                frame += "\r\n" + below + "\u{1B}[K\u{1B}[A\r"
                hasSecondLine = true
            }
            write(frame)
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
        write(hasSecondLine ? "\r\u{1B}[J" : "\r\u{1B}[K")
        isLineOpen = false
        hasSecondLine = false
    }

    /// Nil where it does not say.
    private static var terminal: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// A frame that a paused terminal does not take is left out, as what cannot be written (a closed pipe) is.
    @Sendable private static func writeToStandardError(_ text: String) {
        StandardError.drawLive(text)
    }
}
