// A program a test starts and ends, by process id. Foundation's Process would bring a run loop and its own threads.

import Glibc

package struct SpawnFailure: Error, CustomStringConvertible {
    package let description: String
    package init(description: String) { self.description = description }
}

/// Runs until `end` or deinit. Output and errors go to one file; input is empty or a pipe held open.
package final class ChildProcess: Sendable {
    private let processID: pid_t
    private let input: Int32

    /// `arguments[0]` is the path of the program. With `input`, these bytes wait in its standard input, which then
    /// stays open, or with `closingInput` ends after them.
    package init(
        _ arguments: [String], log: String = "/dev/null", input bytes: [UInt8]? = nil, closingInput: Bool = false
    ) throws {
        var ends: [Int32] = [-1, -1]
        if let bytes {
            guard pipe(&ends) == 0 else { throw SpawnFailure(description: String(cString: strerror(errno))) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
            if closingInput {
                close(ends[1])
                ends[1] = -1
            }
        }
        defer { if ends[0] >= 0 { close(ends[0]) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if ends[0] >= 0 {
            posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var processID = pid_t()
        let status = posix_spawn(&processID, arguments[0], &actions, nil, words, environ)
        guard status == 0 else {
            if ends[1] >= 0 { close(ends[1]) }
            throw SpawnFailure(description: "\(arguments[0]): \(String(cString: strerror(status)))")
        }
        self.processID = processID
        input = ends[1]
    }

    deinit {
        end()
        if input >= 0 { close(input) }
    }

    package var hasExited: Bool { exitStatus != nil }

    /// The exit code, -1 for a death by signal, nil while it runs.
    package var exitStatus: Int32? {
        var information = siginfo_t()
        // WNOWAIT leaves the exit to be collected by `end`, so that asking again answers the same.
        guard waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return -1 }
        guard information._sifields._kill.si_pid != 0 else { return nil }
        return information.si_code == CLD_EXITED ? information._sifields._sigchld.si_status : -1
    }

    /// Kills it if it still runs, and collects its exit. The id is not used again afterwards: once collected, `waitid`
    /// says that there is no such child, which counts as exited.
    package func end() {
        if !hasExited { kill(processID, SIGKILL) }
        waitpid(processID, nil, 0)
    }
}
