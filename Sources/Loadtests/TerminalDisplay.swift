// What a waiting user sees on stderr: on a terminal one line that is drawn over, elsewhere a line when something
// changes.

import Glibc
import Base
import Scenarios
import Submit

package struct TerminalDisplay: WaitDisplay {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    package init() {}

    package func line(_ text: String) {
        // On a terminal the live line says the same, and stays current.
        if !isTerminal { write("\(OneLine.escaped(text))\n") }
    }

    package func live(_ text: String) {
        guard isTerminal else { return }
        var size = winsize()
        let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) - 1 : 79
        StandardError.drawLive("\r\u{1B}[K\(OneLine.escaped(text).prefix(columns))")
    }

    package func clear() { if isTerminal { write("\r\u{1B}[K") } }

    /// A line that comes whenever it comes, also while the live line stands.
    package func trace(_ text: String) { write(isTerminal ? "\r\u{1B}[K\(OneLine.escaped(text))\n" : "\(OneLine.escaped(text))\n") }

    private func write(_ text: String) { StandardError.draw(text) }
}
