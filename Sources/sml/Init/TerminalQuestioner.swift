// Questions on a terminal, on stderr, so that stdout stays for results. A secret is read byte by byte with echo off;
// Ctrl-C is read as a byte there, because a signal would end the process with the terminal still mute.

import ArgumentParser
import Glibc
import Base
import Scenarios
import Submit

struct TerminalQuestioner: Questioner {
    /// nil when nobody can answer.
    init?() {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
    }

    func text(_ question: String, standard: String?) throws -> String {
        write("\(question)\(standard.map { " [\($0)]" } ?? ""): ")
        guard let line = readLine() else { throw Self.noAnswer }
        let answer = line.trimmingBlanks
        return answer.isEmpty ? standard ?? "" : answer
    }

    func choice(_ question: String, among choices: [(key: String, title: String)], standard: String?) throws -> String {
        write("\(question)\n")
        for (index, choice) in choices.enumerated() { write("  \(index + 1)  \(choice.key): \(choice.title)\n") }
        while true {
            let answer = try text("Number or name", standard: standard)
            if let choice = choices.first(where: { $0.key == answer }) { return choice.key }
            if let number = Int(answer), choices.indices.contains(number - 1) { return choices[number - 1].key }
        }
    }

    func secret(_ question: String) throws -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw Self.noAnswer }
        var mute = before
        mute.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mute)
        // Asked only now: what is typed at once must not be echoed.
        write("\(question): ")
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            write("\n")
        }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) == 1 {
            switch byte {
            case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self).trimmingBlanks
            case 0x03: throw ExitCode(ExitStatus.detached.rawValue)
            case 0x04 where bytes.isEmpty: throw Self.noAnswer
            case 0x7F, 0x08: if !bytes.isEmpty { bytes.removeLast() }
            case 0x15: bytes = []
            case 0x20...: bytes.append(byte)
            default: break
            }
        }
        throw Self.noAnswer
    }

    private static let noAnswer = SubmitError.usage("input ended without an answer; nothing was done")

    private func write(_ text: String) { StandardError.write(text) }
}
