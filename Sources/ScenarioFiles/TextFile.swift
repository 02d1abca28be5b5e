// Files that people or other programs wrote for us, as text: small, UTF-8, a byte order mark tolerated. Reading one ends,
// whatever lies at its path: no pipe is waited for, and nothing without an end is read to its end.

import Glibc
import Base
import Scenarios

package enum TextFile {
    /// What we read is a few hundred bytes; more than this is some other file.
    static let sizeLimit = 4 << 20

    /// Whether something lies at `path` that ``read(_:)`` should read or name: also a link to nowhere, and what may not be
    /// looked at. Taken for missing, such a file would be passed over without a word.
    package static func isThere(_ path: String) -> Bool {
        var status = stat()
        // A name too long is none that a file can have.
        return lstat(path, &status) == 0 || errno != ENOENT && errno != ENAMETOOLONG
    }

    /// - Throws: `ConfigurationError` that names the file.
    package static func read(_ path: String) throws(ConfigurationError) -> String { try read(path) { _ in } }

    /// - Parameter inspect: gets what the system says of the very file that is read, before it is.
    static func read(_ path: String, inspect: (stat) throws(ConfigurationError) -> Void) throws(ConfigurationError) -> String {
        // Without waiting: opening a named pipe that happens to lie there would last until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError(.configuration, "\(path): is not a regular file")
        }
        try inspect(status)
        guard var bytes = readBytes(upTo: sizeLimit + 1, from: descriptor) else { throw failure(path, "cannot be read") }
        guard bytes.count <= sizeLimit else {
            throw ConfigurationError(.configuration, "\(path): is larger than \(sizeLimit >> 20) MB")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(.configuration, "\(path): is not UTF-8 text")
        }
        return text
    }

    static func json(_ text: String, file: String) throws(ConfigurationError) -> JSON {
        do {
            return try JSON.parse(text)
        } catch {
            throw ConfigurationError(.configuration, "\(file): not valid JSON: \(error)")
        }
    }

    private static func failure(_ path: String, _ what: String) -> ConfigurationError {
        ConfigurationError(.configuration, "\(path): \(what): \(String(cString: strerror(errno)))")
    }
}
