// What a command has to say goes through here, so that a full disk or a closed descriptor is an error and no success.
// `print` keeps text in a buffer whose loss nobody hears of, and Foundation's FileHandle ends the process by a trap.

import Glibc

/// Where a command's results go.
package enum StandardOutput {
    package static var isTerminal: Bool { BoundedOutput.standardOutput.isTerminal }

    /// Writes all of `text`, waiting for a slow reader; on a terminal with what is not printable shown by its number, since
    /// whoever looks at one must not get orders for it with the names and texts of others. A file or a pipe gets what there is.
    ///
    /// - Throws: ``StandardOutputError``.
    package static func write(_ text: String) throws(StandardOutputError) { try draw(isTerminal ? OneLine.lines(text) : text) }

    /// The same for a text as bytes.
    ///
    /// - Throws: ``StandardOutputError``.
    package static func write(_ bytes: ArraySlice<UInt8>) throws(StandardOutputError) {
        if isTerminal { try write(String(decoding: bytes, as: UTF8.self)) } else { try all(bytes, patience: nil) }
    }

    /// Writes what has colours in it, and nothing of others that is not fit for a terminal. Waits for a slow reader: for ever,
    /// or for `patience`.
    ///
    /// - Throws: ``StandardOutputError``.
    package static func draw(_ text: String, patience: Duration? = nil) throws(StandardOutputError) {
        try all(Array(text.utf8)[...], patience: patience)
    }

    private static func all(_ bytes: ArraySlice<UInt8>, patience: Duration?) throws(StandardOutputError) {
        switch BoundedOutput.standardOutput.write(bytes, patience: patience) {
        case .written: return
        case .stuck: throw StandardOutputError(number: EAGAIN)
        case .failed(let number): throw StandardOutputError(number: number)
        }
    }
}

/// Standard output could not be written.
package struct StandardOutputError: CommandError, Equatable {
    /// errno.
    package var number: Int32

    package init(number: Int32) { self.number = number }

    /// Whoever read the pipe has seen enough: no error, and nothing to say.
    package var isReaderGone: Bool { number == EPIPE }

    /// Whoever should read it does not.
    package var isReaderStuck: Bool { number == EAGAIN }

    /// EX_CANTCREAT; for a reader that went away what a shell shows for SIGPIPE, which ends us unless it is ignored.
    package var exitCode: Int32 { (isReaderGone ? ExitStatus.readerGone : .output).rawValue }
    package var description: String {
        isReaderStuck
            ? "standard output: nobody reads it; the text ends where it is"
            : "standard output: cannot be written: \(String(cString: strerror(number)))"
    }
}

/// Where a command's words for the person at it go. They are no result: when they cannot be written, the rest goes on,
/// and when nobody reads them for a second, no more of them are waited for until somebody does.
package enum StandardError {
    /// Lines of text; what is not printable in them is shown by its number.
    package static func write(_ text: String) { draw(OneLine.lines(text)) }

    /// Writes what moves a terminal's cursor, and nothing of others that is not fit for it.
    package static func draw(_ text: String) { BoundedOutput.standardError.write(text, patience: .seconds(1)) }

    /// The same for what is out of date in a moment, if that is possible now.
    package static func drawLive(_ text: String) { BoundedOutput.standardError.write(text, patience: .zero) }
}
