// Files that several processes of one user open again and again, and whoever comes first makes. They cannot be new for
// everybody, so what was found is looked at instead: it must be a file that only they can have made.

import Glibc

package enum SharedFile {
    /// Opens `path` for reading and writing, making it if need be.
    ///
    /// - Throws: ``FileError`` for a link, a file with other names, and one that belongs neither to us nor to the
    ///   directory's owner (on some network file systems the owner of everything is called nobody).
    package static func open(_ path: String, mode: mode_t = 0o644) throws(FileError) -> Int32 {
        // Not to wait for a writer where somebody put a FIFO in its place.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw .system("open", path) }
        if let problem = problem(of: descriptor, in: path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".") {
            close(descriptor)
            throw FileError(action: "be used", path: path, message: problem)
        }
        return descriptor
    }

    private static func problem(of descriptor: Int32, in folder: String) -> String? {
        var file = stat()
        guard fstat(descriptor, &file) == 0 else { return String(cString: strerror(errno)) }
        guard file.st_mode & S_IFMT == S_IFREG else { return "is not a regular file" }
        guard file.st_nlink <= 1 else { return "is a link to another file" }
        var directory = stat()
        let isOurs = file.st_uid == geteuid() || stat(folder, &directory) == 0 && directory.st_uid == file.st_uid
        return isOurs ? nil : "belongs to another user"
    }
}
