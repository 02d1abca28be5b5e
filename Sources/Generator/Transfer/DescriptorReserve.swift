// Descriptors that connections leave free. A process that has none left loses more than connections: the summary cannot
// be written, the receiver of the series not reached, and libdispatch, which opens files in /proc to look after its
// workers, aborts. The kernel gives the lowest free number, so a number tells how many are taken.

import CLinux
import Glibc

/// Which numbers a connection may have.
struct DescriptorReserve: Sendable, Equatable {
    /// Connections stay below this number.
    let ceiling: Int32
    private let openFiles: Int

    /// What the process holds beside its connections, roughly: streams, signals, epoll sets, records, remote write.
    static let ownDescriptors = 24
    /// Epoll set, timer, bell, dead end and libcurl's own bell.
    private static let perShard = 6

    static let current = DescriptorReserve(openFiles: SystemLimits.current.openFiles)

    /// 64 are kept free of 256 and more, a quarter of less, 16 at least.
    init(openFiles: Int) {
        self.openFiles = openFiles
        ceiling = Int32(clamping: openFiles - min(64, max(16, openFiles / 4)))
    }

    /// Checks that shards and at least one connection have room.
    ///
    /// - Throws: ``GeneratorError/unavailable(_:)``.
    func require(shards: Int) throws(GeneratorError) {
        let needed = Self.firstFree.map { Int($0) + shards * Self.perShard + 1 }
        guard let needed, needed < Int(ceiling) else {
            throw .unavailable(
                "this process may have \(openFiles) open files, too few for \(shards) workers beside the "
                    + "\(openFiles - Int(ceiling)) that are kept free (ulimit -Hn, --workers)")
        }
    }

    /// The number that the next descriptor gets; nil when there is none.
    static var firstFree: Int32? {
        let probe = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard probe >= 0 else { return nil }
        close(probe)
        return probe
    }

    /// Whether another group of connections, with libcurl's own descriptors for it, has room.
    var hasRoom: Bool { Self.firstFree.map { $0 + 2 < ceiling } ?? false }
}
