// Making the directories that results, secrets and runs lie in. By hand: Foundation's errors say less than errno.

import Glibc

package enum Directories {
    /// Makes `path` and its parents, with the modes that the user's mask leaves. Those that are there stay as they are.
    ///
    /// - Throws: ``FileError`` that names the directory that cannot be made.
    package static func make(_ path: String, lastMode: mode_t = 0o755) throws(FileError) {
        var made = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            made += (made.isEmpty || made == "/" ? "" : "/") + part
            guard mkdir(made, index == parts.count - 1 ? lastMode : 0o755) == 0 || errno == EEXIST else {
                throw FileError(action: "be created", path: made, message: String(cString: strerror(errno)))
            }
        }
    }

    /// Removes `path` with everything in it. Links are removed, not followed.
    ///
    /// - Throws: ``FileError`` that names what cannot be removed.
    package static func removeTree(_ path: String) throws(FileError) {
        for name in try FileLook.names(in: path) {
            let inner = "\(path)/\(name)"
            var status = stat()
            guard lstat(inner, &status) == 0 else { throw .system("examine", inner) }
            if status.st_mode & S_IFMT == S_IFDIR {
                try removeTree(inner)
            } else {
                guard unlink(inner) == 0 || errno == ENOENT else { throw .system("remove", inner) }
            }
        }
        guard rmdir(path) == 0 else { throw .system("remove", path) }
    }

    /// Makes `path` a directory that only its owner may look into; one that is there already is tightened if it is ours,
    /// and not taken if it is a link or somebody else's, who could change what lies in it.
    ///
    /// - Throws: ``FileError``.
    package static func makePrivate(_ path: String) throws(FileError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("be created", path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("be used", path, code: errno == ELOOP ? ENOTDIR : errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("be examined", path) }
        guard status.st_uid == geteuid() else {
            throw FileError(action: "be used", path: path, message: "belongs to another user")
        }
        guard status.st_mode & 0o077 == 0 || fchmod(descriptor, 0o700) == 0 else { throw .system("be made private", path) }
    }
}
