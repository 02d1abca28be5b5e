// A file that is either the old one or the whole new one, also after a power cut: written beside its place under a name
// that nobody can guess and so nobody can have taken (a predictable one was followed through a planted link), synced,
// renamed. The mode is right from the first byte on, and the user's mask takes from it what it takes elsewhere.

import Glibc

/// The file that will replace another; gone with the last reference if it has not.
package final class TemporaryFile: Sendable {
    /// What it will be called.
    package let target: String
    /// What it is called meanwhile.
    package let path: String
    package let descriptor: Int32

    /// - Parameters:
    ///   - mode: before the user's mask; 0600 for what holds a secret.
    ///   - access: `O_WRONLY` or `O_RDWR`, perhaps with `O_APPEND`.
    /// - Throws: ``FileError``.
    package init(for target: String, mode: mode_t, access: Int32 = O_WRONLY) throws(FileError) {
        self.target = target
        while true {
            // Letters and digits of 64 random bits.
            let name = "\(target).tmp-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            let created: Int32?
            do {
                created = try NewFile.create(name, mode: mode, access: access)
            } catch {
                throw FileError(action: error.action, path: target, message: error.message)
            }
            guard let descriptor = created else { continue }
            self.descriptor = descriptor
            path = name
            return
        }
    }

    deinit {
        close(descriptor)
        // After a rename nothing has this name.
        unlink(path)
    }

    /// - Throws: ``FileError``, also for a disk that is full.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        guard writeAll(bytes, to: descriptor) else { throw .system("write", target) }
    }

    /// Puts the file in its place. A link there is replaced, not followed.
    ///
    /// - Throws: ``FileError``; the place is then what it was.
    package func replaceTarget() throws(FileError) {
        // Some file systems cannot sync and say so with EINVAL; a full disk of others only shows itself here.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system("sync", target) }
        guard rename(path, target) == 0 else { throw .system("replace", target) }
        syncFolder()
    }

    /// Makes the rename itself durable. Some network file systems refuse this; the content is safe either way.
    private func syncFolder() {
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }
}

package enum WholeFile {
    /// Replaces `path` by `bytes`.
    ///
    /// - Parameter mode: before the user's mask; 0600 for what holds a secret.
    /// - Throws: ``FileError``; `path` is then what it was before.
    package static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(FileError) {
        let file = try TemporaryFile(for: path, mode: mode)
        try file.write(bytes)
        try file.replaceTarget()
    }
}
