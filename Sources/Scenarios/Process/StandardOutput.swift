// What a command has to say goes through here, so that a full disk or a closed descriptor is an error and no success.
// `print` keeps text in a buffer whose loss nobody hears of, and Foundation's FileHandle ends the process by a trap.

import Glibc

/// Where a command's results go.
public enum StandardOutput {
    /// Whoever looks at a terminal must not get orders for it with the names and texts of others. A file or a pipe gets
    /// what there is.
    private static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Writes all of `text`, waiting for a slow reader; on a terminal with what is not printable shown by its number.
    ///
    /// - Throws: ``StandardOutputError``.
    public static func write(_ text: String) throws(StandardOutputError) { try draw(isTerminal ? OneLine.lines(text) : text) }

    /// The same for a text as bytes.
    ///
    /// - Throws: ``StandardOutputError``.
    public static func write(_ bytes: ArraySlice<UInt8>) throws(StandardOutputError) {
        if isTerminal { try write(String(decoding: bytes, as: UTF8.self)) } else { try all(bytes) }
    }

    /// Writes what has colours in it, and nothing of others that is not fit for a terminal.
    ///
    /// - Throws: ``StandardOutputError``.
    public static func draw(_ text: String) throws(StandardOutputError) { try all(Array(text.utf8)[...]) }

    private static func all(_ bytes: ArraySlice<UInt8>) throws(StandardOutputError) {
        guard let number = Descriptor.write(bytes, to: STDOUT_FILENO) else { return }
        throw StandardOutputError(number: number)
    }
}

/// Standard output could not be written.
public struct StandardOutputError: CommandError, Equatable {
    /// errno.
    public var number: Int32

    public init(number: Int32) { self.number = number }

    /// Whoever read the pipe has seen enough: no error, and nothing to say.
    public var isReaderGone: Bool { number == EPIPE }

    /// EX_CANTCREAT; for a reader that went away what a shell shows for SIGPIPE, which ends us unless it is ignored.
    public var exitCode: Int32 { isReaderGone ? 128 + SIGPIPE : 73 }
    public var description: String { "standard output: cannot be written: \(String(cString: strerror(number)))" }
}

/// Where a command's words for the person at it go. They are no result: when they cannot be written, the rest goes on.
public enum StandardError {
    /// Lines of text; what is not printable in them is shown by its number.
    public static func write(_ text: String) { draw(OneLine.lines(text)) }

    /// Writes what moves a terminal's cursor, and nothing of others that is not fit for it.
    public static func draw(_ text: String) { _ = Descriptor.write(Array(text.utf8)[...], to: STDERR_FILENO) }
}

private enum Descriptor {
    /// Writes all of `bytes`. Returns errno if it could not.
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 {
                return ENOSPC
            } else if errno == EAGAIN {
                // Whoever shares the descriptor made it non-blocking.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&wanted, 1, -1) < 0, errno != EINTR { return EAGAIN }
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}
