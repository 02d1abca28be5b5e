// The two limits of the machine that a load generator meets first: open files, and local ports to connect from. Errors
// that come from them name the limit, because "too many open files" alone leaves the reader to guess which.

import Glibc

/// Limits of this process and its network.
package struct SystemLimits: Sendable, Equatable {
    /// Open files this process may have (RLIMIT_NOFILE, after it was raised to the hard limit).
    package var openFiles: Int
    /// Ports that outgoing connections are made from, `32768-60999`; empty when the kernel does not say.
    package var localPorts: String

    package init(openFiles: Int, localPorts: String) {
        self.openFiles = openFiles
        self.localPorts = localPorts
    }

    /// As they are once ``Transport/prepare()`` has raised what can be raised.
    package static let current: SystemLimits = {
        Transport.prepare()
        return SystemLimits(openFiles: openFileLimit(), localPorts: localPortRange())
    }()

    /// Says so when `users` at once, each with a connection, would need more open files than there may be.
    func warning(users: Int) -> String? {
        let reserve = DescriptorReserve(openFiles: openFiles)
        guard users + DescriptorReserve.ownDescriptors > Int(reserve.ceiling) else { return nil }
        return "\(users) virtual users may need more than the \(openFiles) open files this process may have, of which "
            + "\(openFiles - Int(reserve.ceiling)) are kept free; requests beyond that fail (ulimit -Hn, or LimitNOFILE of the job)"
    }

    private static func openFileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    private static func localPortRange() -> String {
        guard let file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r") else { return "" }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 64)
        guard fgets(&text, Int32(text.count), file) != nil else { return "" }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: "-")
    }
}
