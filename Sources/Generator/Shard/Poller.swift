// One epoll descriptor per shard holds all of libcurl's sockets, one timerfd and the bell for stop orders. The shard
// sleeps in it on its own queue's thread: a Dispatch source per socket costs twice the CPU at saturation, and even one
// source for the whole set costs a wake-up of Dispatch's manager thread before each of ours, see docs/ENGINE.md.

// SOCK_STREAM and its like are libcurl's in an optimised build: the module that first includes their header has them.
import CLibcurl
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

/// What the set holds for a descriptor, and what it should. Event masks; 0 is not in the set.
private struct WatchedSocket {
    var group: UInt32 = 0
    var wanted: UInt32 = 0
    var registered: UInt32 = 0
    var isConnection = false
    var idle = IdleConnection.opaque
}

/// An epoll set and an absolute monotonic timer. Not Sendable: it belongs to one shard.
final class Poller {
    private let descriptor: Int32
    private let timer: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    /// 256 events a call: larger batches delay timers behind reads, smaller ones cost syscalls at saturation.
    private static let batch: Int32 = 256
    private static let timerMark = UInt64.max
    private static let bellMark = UInt64.max - 1
    private var armedFor = Int64.max
    /// The instant that the kernel refused to set the timer to: ``wait(_:)`` then looks at the clock itself. Waiting for a
    /// timer that was never set, a run did not end.
    private var unarmed = Int64.max
    /// By descriptor.
    private var sockets: [WatchedSocket] = []
    /// Sockets that the kernel refused to watch; empty in any run that we have seen.
    private var unwatched: Set<Int32> = []
    /// Connections that became idle and may have something behind their last answer.
    private var unexamined: [Int32] = []
    /// A socket whose peer has closed. It takes the place of a connection that is given up: libcurl owns the number, has
    /// no call to close an idle connection, and finds this one dead before it would use it.
    private let deadEnd: Int32
    /// Whose request libcurl is writing: until it waits for the answer, the only one whose connection is closed.
    var sender: Exchange?
    /// Groups that share a connection want to know when it is closed.
    var remembersClosed = false
    private var closed: [Int32] = []
    /// See ``takeStrays()``.
    private var strays = 0

    /// - Parameter bell: a descriptor that wakes the set when it is readable.
    /// - Throws: ``GeneratorError`` when the kernel gives no descriptor.
    init(bell: Int32) throws(GeneratorError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        events = .allocate(capacity: Int(Self.batch))
        deadEnd = Self.socketWithoutPeer()
        guard descriptor >= 0, timer >= 0, deadEnd >= 0 else { throw GeneratorError.system("epoll/timerfd/socketpair", errno) }
        // The timer is edge-triggered: arming it again clears what it counted, so that it is never read. One syscall an
        // arrival less, of 7.5 a request.
        let marks = [(timer, EPOLLIN.rawValue | EPOLLET.rawValue, Self.timerMark), (bell, EPOLLIN.rawValue, Self.bellMark)]
        for (watched, mask, mark) in marks {
            var event = epoll_event(events: mask, data: epoll_data_t(u64: mark))
            guard epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 else {
                throw GeneratorError.system("epoll_ctl", errno)
            }
        }
    }

    private static func socketWithoutPeer() -> Int32 {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { return -1 }
        close(pair[1])
        return pair[0]
    }

    deinit {
        events.deallocate()
        if deadEnd >= 0 { close(deadEnd) }
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
        unarmed = timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &spec, nil) == 0 ? .max : instant
    }

    // MARK: - Sockets

    /// Watches `socket` of `group`. No syscall when the set has it so already.
    func watch(_ socket: Int32, group: Int, read: Bool, write: Bool) {
        change(socket) { entry in
            entry.group = UInt32(group)
            entry.wanted = (read ? EPOLLIN.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
            guard entry.registered != entry.wanted else { return }
            var event = epoll_event(
                events: entry.wanted,
                data: epoll_data_t(u64: UInt64(UInt32(bitPattern: socket)) | UInt64(group) << 32))
            let isThere = entry.registered != 0
            // The set may know better: the kernel drops a socket that was closed behind our back.
            if epoll_ctl(descriptor, isThere ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0,
                epoll_ctl(descriptor, isThere ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) != 0
            {
                // The kernel has no memory for it. Its answer would never be read, and count as the server's time-out.
                unwatched.insert(socket)
                return
            }
            entry.registered = entry.wanted
        }
    }

    /// Nobody wants to hear of `socket` for now. A connection stays in the set: its user will want it again soon, and
    /// two calls of epoll_ctl a request were 2 of its 11 syscalls.
    func forget(_ socket: Int32) {
        change(socket) { entry in
            entry.wanted = 0
            if !entry.isConnection { remove(socket, &entry) }
        }
    }

    /// Whether libcurl wants to hear of `socket`.
    func isWatched(_ socket: Int32) -> Bool { sockets[Int(socket)].wanted != 0 }

    /// `socket` is a new connection's. Only of those do we hear when they are closed (libcurl closes the descriptors of
    /// its resolver itself), so only those may stay in the set unwanted.
    func opened(_ socket: Int32) { change(socket) { $0 = WatchedSocket(isConnection: true) } }

    /// `socket` is about to be closed; the kernel then drops it from the set.
    func closing(_ socket: Int32) {
        change(socket) { $0 = WatchedSocket() }
        if remembersClosed { closed.append(socket) }
    }

    /// Whether `socket` was closed since the last call of ``takeClosed()``.
    func hasClosed(_ socket: Int32) -> Bool { closed.contains(socket) }

    /// Sockets closed since the last call, where somebody shares connections.
    func takeClosed() -> [Int32] {
        defer { closed.removeAll(keepingCapacity: true) }
        return closed
    }

    // MARK: - Idle connections

    /// `socket`, a connection, has no request on it now and is of this kind. `mayHoldMore`: something may have come behind
    /// its last answer, which ``examineIdle()`` is to find before the next request goes out.
    func isIdle(_ socket: Int32, _ kind: IdleConnection, mayHoldMore: Bool) {
        change(socket) { $0.idle = kind }
        if mayHoldMore { unexamined.append(socket) }
    }

    /// Looks at what became idle since the last call, if libcurl has kept it.
    func examineIdle() {
        guard !unexamined.isEmpty else { return }
        for socket in unexamined where sockets[Int(socket)].isConnection && sockets[Int(socket)].wanted == 0 { examine(socket) }
        unexamined.removeAll(keepingCapacity: true)
    }

    /// Gives `socket` up unless nothing has come that concerns HTTP.
    private func examine(_ socket: Int32) {
        let finding = sockets[Int(socket)].idle.look(at: socket)
        guard finding != .quiet else { return }
        if finding == .stray { strays += 1 }
        // The kernel closes the connection with that, and drops it from the set.
        sml_socket_replace(socket, deadEnd)
        sockets[Int(socket)] = WatchedSocket(isConnection: true)
    }

    /// Connections given up since the last call because of bytes that no request had asked for.
    func takeStrays() -> Int {
        defer { strays = 0 }
        return strays
    }

    private func change(_ socket: Int32, _ body: (inout WatchedSocket) -> Void) {
        let index = Int(socket)
        while index >= sockets.count { sockets.append(WatchedSocket()) }
        body(&sockets[index])
    }

    private func remove(_ socket: Int32, _ entry: inout WatchedSocket) {
        epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
        entry.registered = 0
    }

    // MARK: - Waiting

    /// Sleeps until something is ready and hands each ready socket to `body`. Returns whether the bell rang.
    func wait(_ body: (Readiness) -> Void) -> Bool {
        let count = epoll_wait(descriptor, events, Self.batch, unarmed == .max && unwatched.isEmpty ? -1 : patience())
        var rang = false
        if unarmed != .max { armedFor = .max }
        if !unwatched.isEmpty { offerUnwatched(body) }
        for index in 0..<max(0, Int(count)) {
            let event = events[index]
            switch event.data.u64 {
            case Self.timerMark:
                armedFor = .max
            case Self.bellMark:
                rang = true
            case let data:
                let socket = Int32(truncatingIfNeeded: data)
                guard sockets[Int(socket)].wanted != 0 else {
                    becameReady(idle: socket)
                    continue
                }
                body(
                    Readiness(
                        descriptor: socket, group: Int(sockets[Int(socket)].group),
                        readable: event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0,
                        writable: event.events & EPOLLOUT.rawValue != 0,
                        failed: event.events & EPOLLERR.rawValue != 0))
            }
        }
        return rang
    }

    /// Something has come on a connection that nobody uses: its end, most often.
    private func becameReady(idle socket: Int32) {
        if case .opaque = sockets[Int(socket)].idle {
            // libcurl finds out what it is when it wants it again.
            change(socket) { remove(socket, &$0) }
        } else {
            examine(socket)
        }
    }

    // MARK: - What the kernel refused

    /// Milliseconds to sleep without the timer, or without being told of a socket.
    private func patience() -> Int32 {
        // A millisecond more than is left, which is cut to whole ones.
        let left = unarmed == .max ? Int64.max : max(0, unarmed - RunClock.monotonicNow) / 1_000_000 + 1
        return Int32(clamping: unwatched.isEmpty ? left : min(left, 10))
    }

    /// Tries again to watch what could not be watched, and meanwhile offers it as ready: a read or write too many of a
    /// socket that never blocks does no harm.
    private func offerUnwatched(_ body: (Readiness) -> Void) {
        for socket in unwatched {
            unwatched.remove(socket)
            let entry = sockets[Int(socket)]
            guard entry.wanted != 0 else { continue }
            let (reads, writes) = (entry.wanted & EPOLLIN.rawValue != 0, entry.wanted & EPOLLOUT.rawValue != 0)
            watch(socket, group: Int(entry.group), read: reads, write: writes)
            body(Readiness(descriptor: socket, group: Int(entry.group), readable: reads, writable: writes, failed: false))
        }
    }
}
