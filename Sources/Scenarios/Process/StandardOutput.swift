// What a command has to say goes through here, so that a full disk or a closed descriptor is an error and no success.
// `print` keeps text in a buffer whose loss nobody hears of, and Foundation's FileHandle ends the process by a trap.

import Glibc

/// Where a command's results go.
public enum StandardOutput {
    /// Writes all of `text`, waiting for a slow reader.
    ///
    /// - Throws: ``StandardOutputError``.
    public static func write(_ text: String) throws(StandardOutputError) { try write(Array(text.utf8)[...]) }

    /// Writes all of `bytes`, waiting for a slow reader.
    ///
    /// - Throws: ``StandardOutputError``.
    public static func write(_ bytes: ArraySlice<UInt8>) throws(StandardOutputError) {
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
    public static func write(_ text: String) { _ = Descriptor.write(Array(text.utf8)[...], to: STDERR_FILENO) }
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
