// Files that are either whole or not there, with their mode from the first byte on: a secret is never readable by
// others, not even for the moment before a chmod.

import Glibc

enum PrivateFile {
    /// Replaces `path`: a temporary file beside it, synced, renamed over it.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws {
        let temporary = "\(path).tmp-\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(temporary) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            done += count
        }
        let isWhole = done == bytes.count && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWhole, rename(temporary, path) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
    }

    /// A directory only its owner may look into; one that is there already is tightened.
    static func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST, chmod(path, 0o700) == 0 else { throw failure(path) }
    }

    /// Makes `path` and its parents (by hand: Foundation's error says less than errno), with the modes the user's mask leaves.
    static func makeDirectories(_ path: String, lastMode: mode_t = 0o755) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            made += (made.isEmpty || made == "/" ? "" : "/") + part
            guard mkdir(made, index == parts.count - 1 ? lastMode : 0o755) == 0 || errno == EEXIST else {
                throw SubmitError.cannotStage(made, "cannot be created: \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func failure(_ path: String) -> SubmitError {
        .cannotStage(path, "cannot be written: \(String(cString: strerror(errno)))")
    }
}
