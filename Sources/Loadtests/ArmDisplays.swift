// Two waits on one terminal: every line says whose it is, and the line that is drawn over has both.

import Submit
import Synchronization

final class ArmDisplays: Sendable {
    private let terminal = TerminalDisplay()
    /// Live lines by arm.
    private let live = Mutex<[String: String]>([:])

    func of(_ arm: String) -> any WaitDisplay { One(all: self, arm: arm) }

    private struct One: WaitDisplay {
        let all: ArmDisplays
        let arm: String

        func line(_ text: String) { all.terminal.line("arm \(arm): \(text)") }
        func live(_ text: String) { all.draw(arm, text) }
        func clear() { all.draw(arm, nil) }
    }

    private func draw(_ arm: String, _ text: String?) {
        let lines = live.withLock { live in
            live[arm] = text
            return live.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        }
        if lines.isEmpty { terminal.clear() } else { terminal.live(lines.joined(separator: " | ")) }
    }
}
