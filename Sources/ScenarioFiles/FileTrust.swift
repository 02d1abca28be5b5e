// Whether a file found by its name alone is the user's own doing. `./scenarios` lies wherever the command is called, also in
// a directory that others write to, and what it holds decides what is sent in the user's name; as ssh and git do, we do
// not take what somebody else could have put there without the user's knowing.

import Glibc
import Base

package enum FileTrust {
    /// Who may be trusted: the user, and root, who can do everything anyway.
    private static func isTrusted(_ owner: uid_t) -> Bool { owner == geteuid() || owner == 0 }

    /// Why what lies at `path` cannot be relied on, or nil: everybody may write to it. In a directory with the sticky bit
    /// everybody may add files, which have owners of their own, but not replace others'. A group's right to write is a
    /// project's way to work together and no objection.
    package static func objection(_ status: stat) -> String? {
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        return status.st_mode & 0o002 != 0 && !isSticky ? "can be written to by everybody" : nil
    }

    /// The owner's name, if it is neither the user nor root.
    package static func stranger(_ status: stat) -> String? {
        guard !isTrusted(status.st_uid) else { return nil }
        guard let entry = getpwuid(status.st_uid), let name = entry.pointee.pw_name else { return "user \(status.st_uid)" }
        return String(cString: name)
    }

    /// - Throws: for an ``objection(_:)`` to the file at `path` or the directory it is in; not for what is not there.
    package static func require(_ path: String) throws(ConfigurationError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        for place in [directory, path] {
            var status = stat()
            guard stat(place, &status) == 0, let objection = objection(status) else { continue }
            throw ConfigurationError(.configuration, "\(place): \(objection); run 'chmod o-w \(place)' when you have looked at it")
        }
    }
}
