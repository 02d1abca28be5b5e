// What the system said about a file, kept as facts: each module makes its own error of it, with the option or the step
// that wanted the file.

import Glibc

/// The system refused to do something with a file; `description` is one line for the user.
package struct FileError: CommandError, Equatable {
    package var action: String
    package var path: String
    package var message: String

    package init(action: String, path: String, message: String) {
        self.action = action
        self.path = path
        self.message = message
    }

    package var description: String { "\(path): cannot \(action): \(message)" }

    /// 73 (EX_CANTCREAT).
    package var exitCode: Int32 { ExitStatus.output.rawValue }

    /// From errno.
    package static func system(_ action: String, _ path: String, code: Int32 = errno) -> FileError {
        FileError(action: action, path: path, message: String(cString: strerror(code)))
    }
}
