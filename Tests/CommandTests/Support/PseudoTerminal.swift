// A person at a terminal: one of our commands with a pseudo-terminal for its three streams, answers typed only after
// the question is on the screen.

import Foundation
import Glibc

final class PseudoTerminal {
    private let master: Int32
    private let process = Process()
    private(set) var screen = ""
    /// How much of the screen was there at the last answer: the same question may come twice.
    private var answered = 0

    /// - Parameter name: one of ours, or an absolute path.
    init(_ name: String, _ arguments: [String], directory: String? = nil, environment: [String: String]) throws {
        // What posix_openpt, unlockpt and ptsname do; Swift's Glibc leaves them out.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var number: Int32 = 0
        var isLocked: Int32 = 0
        let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        guard master >= 0, ioctl(master, setLock, &isLocked) == 0, ioctl(master, getNumber, &number) == 0 else {
            throw Program.Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        let slave = FileHandle(
            fileDescriptor: open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC), closeOnDealloc: true)
        process.executableURL = URL(filePath: name.hasPrefix("/") ? name : Program.path(name))
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"]
            .merging(Program.sanitizerOptions) { $1 }.merging(environment) { $1 }
        process.standardInput = slave
        process.standardOutput = slave
        process.standardError = slave
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(master)
    }

    private func read() {
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(master, &block, block.count)
            guard count > 0 else { return }
            screen += String(decoding: block[..<count], as: UTF8.self)
        }
    }

    /// Waits until `text` has been on the screen.
    func shows(_ text: Regex<Substring>, within seconds: Double = 60) async throws {
        try await eventually(within: seconds, "the text on \(screen)") {
            read()
            return screen.contains(text)
        }
    }

    /// Waits until the end of the screen is `question`, then types.
    func answer(_ question: String, _ text: String) async throws {
        try await eventually("the question \(question) on \(screen)") {
            read()
            return screen.utf8.count > answered && screen.hasSuffix(question)
        }
        answered = screen.utf8.count
        try type(text)
    }

    var isRunning: Bool { process.isRunning }
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Types at once, whatever is on the screen.
    func type(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard write(master, bytes, bytes.count) == bytes.count else {
            throw Program.Failure(description: "cannot type: \(String(cString: strerror(errno)))")
        }
    }

    private var isEchoing: Bool? {
        var state = termios()
        return tcgetattr(master, &state) == 0 ? state.c_lflag & tcflag_t(ECHO) != 0 : nil
    }

    /// The exit code, and whether the terminal echoes again.
    func end(within seconds: Double = 20) async throws -> (code: Int32, echoes: Bool) {
        try await eventually(within: seconds, "the end") {
            read()
            return !process.isRunning
        }
        let echoes = isEchoing ?? false
        read()
        return (process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus, echoes)
    }
}
