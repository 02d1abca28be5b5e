// How a file of ours that is written piece by piece is opened. Results lie in directories that others may write to
// (`/tmp`, a project's), so what lies at the path already may have been put there by somebody else: a link to a file of
// ours that would be overwritten, a file of theirs that they could go on reading and writing. A result is therefore always
// a file that did not exist before, made by us, with the mode that the user's mask leaves of the one asked for.

import Glibc

/// Opens files that are new.
package enum NewFile {
    /// A new, empty file open for writing. A regular file at `path` loses that name (its other names, and who has it open,
    /// keep it); a pipe or device is written to as it is; a link is refused.
    ///
    /// - Throws: ``FileError``.
    package static func open(_ path: String, mode: mode_t = 0o644) throws(FileError) -> Int32 {
        if isStreamOfOurs(path) { return try existing(path, flags: O_TRUNC) }
        // Between two of these steps somebody else may act; who does so again and again is not waited for.
        for _ in 0..<3 {
            if let descriptor = try create(path, mode: mode) { return descriptor }
            var status = stat()
            guard lstat(path, &status) == 0 else {
                if errno == ENOENT { continue }
                throw .system("create", path)
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: guard unlink(path) == 0 || errno == ENOENT else { throw .system("replace", path) }
            case S_IFDIR: throw .system("create", path, code: EISDIR)
            case S_IFLNK:
                throw FileError(action: "create", path: path, message: "is a symbolic link; name the file itself or remove it")
            default: return try pipeOrDevice(path)
            }
        }
        throw .system("create", path, code: EEXIST)
    }

    /// A new file, or nil if anything, be it a link to nowhere, has the name.
    ///
    /// - Parameter access: `O_WRONLY` or `O_RDWR`, perhaps with `O_APPEND`.
    /// - Throws: ``FileError``.
    package static func create(_ path: String, mode: mode_t, access: Int32 = O_WRONLY) throws(FileError) -> Int32? {
        while true {
            let descriptor = Glibc.open(path, access | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            if descriptor >= 0 { return descriptor }
            if errno == EEXIST { return nil }
            guard errno == EINTR else { throw .system("create", path) }
        }
    }

    /// Names under which this process's own streams can be opened; links, but the kernel's.
    private static func isStreamOfOurs(_ path: String) -> Bool {
        ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
    }

    private static func pipeOrDevice(_ path: String) throws(FileError) -> Int32 {
        let descriptor = try existing(path, flags: O_NOFOLLOW)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFREG else {
            close(descriptor)
            throw .system("create", path, code: EEXIST)
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            close(descriptor)
            throw FileError(action: "write to", path: path, message: "belongs to another user")
        }
        return descriptor
    }

    private static func existing(_ path: String, flags: Int32) throws(FileError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | flags)
        guard descriptor >= 0 else { throw .system("open", path) }
        return descriptor
    }
}
