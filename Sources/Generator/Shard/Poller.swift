// One private epoll descriptor per shard holds all of libcurl's sockets and one timerfd. Dispatch watches only the
// epoll descriptor: a DispatchSource per socket costs twice the CPU (30 against 13.8 µs a request) and a context
// switch each, see docs/ENGINE.md.

import CLinux
import Glibc

/// Readiness of one descriptor.
struct Readiness {
    var descriptor: Int32
    /// Index of the transfer group the descriptor belongs to.
    var group: Int
    var readable: Bool
    var writable: Bool
    var failed: Bool
}

/// An epoll set and an absolute monotonic timer. Not Sendable: it belongs to one shard.
final class Poller {
    /// What a Dispatch source watches: readable while anything in the set is ready.
    let descriptor: Int32
    private let timer: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    /// 256 events a call: larger batches delay timers behind reads, smaller ones cost syscalls at saturation.
    private static let batch: Int32 = 256
    private static let timerMark = UInt64.max
    private var armedFor = Int64.max

    /// - Throws: ``GeneratorError`` when the kernel gives no descriptor.
    init() throws(GeneratorError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        events = .allocate(capacity: Int(Self.batch))
        guard descriptor >= 0, timer >= 0 else { throw GeneratorError.system("epoll/timerfd", errno) }
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.timerMark))
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, timer, &event) == 0 else {
            throw GeneratorError.system("epoll_ctl", errno)
        }
    }

    deinit {
        events.deallocate()
        if timer >= 0 { close(timer) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Wakes the set at `instant` (CLOCK_MONOTONIC nanoseconds); `Int64.max` never. One syscall, and only when the
    /// instant changed.
    func arm(at instant: Int64) {
        guard instant != armedFor else { return }
        armedFor = instant
        var spec = itimerspec()
        if instant != .max {
            // An instant of 0 would disarm; a past one fires at once.
            let nanoseconds = max(1, instant)
            spec.it_value = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        }
        timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &spec, nil)
    }

    /// Watches `socket` of `group`; `watched` says whether it is in the set already.
    func watch(_ socket: Int32, group: Int, read: Bool, write: Bool, watched: Bool) -> Bool {
        var event = epoll_event()
        event.events = (read ? EPOLLIN.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
        event.data.u64 = UInt64(UInt32(bitPattern: socket)) | UInt64(group) << 32
        if epoll_ctl(descriptor, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) == 0 { return true }
        // The kernel forgets a closed socket by itself and a number comes back as another socket.
        return epoll_ctl(descriptor, watched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0
    }

    func forget(_ socket: Int32) {
        epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
    }

    /// Takes what is ready, without waiting, and hands each socket to `body`. Returns how many events there were.
    func drain(_ body: (Readiness) -> Void) -> Int {
        let count = epoll_wait(descriptor, events, Self.batch, 0)
        guard count > 0 else { return 0 }
        for index in 0..<Int(count) {
            let event = events[index]
            let data = event.data.u64
            if data == Self.timerMark {
                var expirations: UInt64 = 0
                _ = read(timer, &expirations, 8)
                armedFor = .max
                continue
            }
            body(
                Readiness(
                    descriptor: Int32(truncatingIfNeeded: data), group: Int(data >> 32),
                    readable: event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0,
                    writable: event.events & EPOLLOUT.rawValue != 0,
                    failed: event.events & EPOLLERR.rawValue != 0))
        }
        return Int(count)
    }
}
