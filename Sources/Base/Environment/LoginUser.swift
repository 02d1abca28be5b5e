// Who runs this command, as the machine's list of users says.

import Glibc

package enum LoginUser {
    /// The number where the machine knows no name.
    package static var name: String { entry(\.pw_name) ?? "\(geteuid())" }

    /// Where nothing says it, a place that nobody can write to: a file of ours is then an error, not somebody else's find.
    package static var home: String { entry(\.pw_dir) ?? "/var/empty" }

    private static func entry(_ field: KeyPath<passwd, UnsafeMutablePointer<CChar>?>) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        // What getconf(1) gives for GETPW_R_SIZE_MAX is 1 kB; directories of users on clusters have longer lines.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64 << 10) { text in
            guard getpwuid_r(geteuid(), &entry, text.baseAddress!, text.count, &found) == 0, found != nil else { return nil }
            return entry[keyPath: field].map { String(cString: $0) }
        }
    }
}
