// A file that is still arriving.

import Glibc

final class PartialFile: Sendable {
    let path: String
    /// Appends.
    let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SubmitError.cannotStage(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func size() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SubmitError.cannotStage(path, String(cString: strerror(errno)))
        }
        return Int(status.st_size)
    }

    func truncate(to size: Int) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw SubmitError.cannotStage(path, String(cString: strerror(errno)))
        }
    }
}
