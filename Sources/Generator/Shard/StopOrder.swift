// How the outside world interrupts a shard that sleeps in its poller: leave the order in a box, ring the bell. The
// shard looks into the box when it wakes; nothing else of it is touched from outside.

import CLinux
import Glibc
import Synchronization

/// An order to end a shard's plan early, and the eventfd that wakes the shard to see it.
final class StopOrder: Sendable {
    /// In the shard's epoll set; readable once an order is there.
    let descriptor: Int32
    private let drain = Mutex<Int64?>(nil)

    init() throws(GeneratorError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw GeneratorError.system("eventfd", errno) }
    }

    deinit { close(descriptor) }

    /// Nothing starts any more; what is in flight may go on for `nanoseconds`. A later order replaces an unread one.
    func give(drain nanoseconds: Int64) {
        drain.withLock { $0 = nanoseconds }
        ring()
    }

    /// Wakes the shard, which looks for what is new.
    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// The order that is there, once.
    func take() -> Int64? {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
        return drain.withLock { order in
            defer { order = nil }
            return order
        }
    }
}
