// A file that is still arriving.

import Glibc
import Base

final class PartialFile: Sendable {
    private let file: TemporaryFile
    var path: String { file.path }
    /// Appends.
    var descriptor: Int32 { file.descriptor }

    /// - Parameter target: what it will be called.
    init(for target: String) throws(FileError) {
        file = try TemporaryFile(for: target, mode: 0o600, access: O_RDWR | O_APPEND)
    }

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

    /// All of it has arrived.
    func replaceTarget() throws(FileError) { try file.replaceTarget() }
}
