// A small file through which tasks on several nodes tell each other one line, once. Made for network file systems: who
// waits for one opens it again and again with O_CREAT. Such an open asks the server, where a look for a file that was
// not there before may be answered from a cache for half a minute; and opening again shows what was written meanwhile.

import Glibc
import Base

/// One line for the other tasks.
struct Notice: Sendable {
    let path: String

    /// What was written, without its end of line; nil while nothing is there, or only a part.
    func read() throws(TaskError) -> String? {
        let descriptor = try open()
        defer { close(descriptor) }
        guard let bytes = readBytes(upTo: Self.limit, from: descriptor) else { throw TaskError.system("read", path) }
        return Self.line(bytes[...])
    }

    private func open() throws(TaskError) -> Int32 {
        do { return try SharedFile.open(path) } catch { throw TaskError(.files, error.description) }
    }

    /// Bytes. A reason that names a thousand tasks is longer, and would be waited for in vain.
    private static let limit = 4096

    static func line(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.last == UInt8(ascii: "\n") ? String(decoding: bytes.dropLast(), as: UTF8.self) : nil
    }

    static func bytes(_ line: String) -> [UInt8] {
        line.utf8.prefix(limit - 1).map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 } + [UInt8(ascii: "\n")]
    }

    /// Writes `line` and makes it visible to others.
    func write(_ line: String) throws(TaskError) {
        let descriptor = try open()
        let bytes = Self.bytes(line)
        let isWritten = writeAll(bytes, to: descriptor)
        // Network file systems report a failed write as late as here.
        guard fsync(descriptor) == 0, close(descriptor) == 0, isWritten else {
            throw TaskError.system("write", path)
        }
    }
}
