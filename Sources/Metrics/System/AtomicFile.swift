// A file that is either the old one or the whole new one, also after a power cut.

import Glibc

/// The system refused to do something with a file; `description` is one line for the user.
public struct FileError: Error, Equatable, CustomStringConvertible {
    public var action: String
    public var path: String
    public var message: String
    public var description: String { "\(path): cannot \(action): \(message)" }

    /// From errno.
    static func system(_ action: String, _ path: String) -> FileError {
        FileError(action: action, path: path, message: String(cString: strerror(errno)))
    }
}

public enum AtomicFile {
    /// Replaces `path` by `bytes`: a temporary file beside it, synced, renamed over it. Mode 0644.
    ///
    /// - Throws: ``FileError``; `path` is then what it was before.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).tmp-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.system("create", temporary) }
        do {
            try fill(descriptor, with: bytes, path: temporary)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0, rename(temporary, path) == 0 else {
            let error = FileError.system("replace", path)
            unlink(temporary)
            throw error
        }
        syncFolder(of: path)
    }

    private static func fill(_ descriptor: Int32, with bytes: [UInt8], path: String) throws {
        // The process's umask may have taken the bits that let others read the result.
        guard fchmod(descriptor, 0o644) == 0 else { throw FileError.system("set the mode of", path) }
        guard writeAll(bytes, to: descriptor) else { throw FileError.system("write", path) }
        guard fsync(descriptor) == 0 else { throw FileError.system("sync", path) }
    }

    /// Makes the rename itself durable. Some network file systems refuse this; the content is safe either way.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }
}
