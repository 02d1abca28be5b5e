// A connection is a file descriptor, and the usual soft limit of 1,024 is far below the 20,000 open requests that the
// endpoint must hold.

import Glibc

/// This process's limit of open files.
package enum DescriptorLimit {
    /// The limit in force.
    static var current: UInt64 {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? UInt64(limit.rlim_cur) : 1024
    }

    /// Raises the soft limit to the hard one. A refusal is not an error: fewer connections may do.
    ///
    /// - Returns: the limit now in force.
    @discardableResult
    package static func raise() -> UInt64 {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        var wanted = limit
        wanted.rlim_cur = limit.rlim_max
        return setrlimit(resource, &wanted) == 0 ? UInt64(wanted.rlim_cur) : UInt64(limit.rlim_cur)
    }
}
