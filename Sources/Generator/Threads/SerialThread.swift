// A serial queue on a thread of its own, which exists from the start and needs nobody else's to be woken: not Dispatch's
// workers, which come and go, nor its manager thread for timers. What a run needs to reach its end is on such threads.

import Glibc

/// Does what it is given, in order. Ends when it is released and has done all.
package final class SerialThread: Sendable {
    private let work = WorkList()

    /// - Parameter isRealtime: with ``RealtimePriority``.
    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread, or no such priority, to be had.
    package init(_ name: String, isRealtime: Bool = false) throws(GeneratorError) {
        try OwnThread.start(name, isRealtime: isRealtime) { [work] in work.run() }
    }

    /// On the thread that calls ``serve()``.
    init() {}

    deinit { work.close() }

    /// The calling thread becomes this queue's, for ever.
    func serve() -> Never {
        work.run()
        preconditionFailure("a queue that is in use was released")
    }

    /// Does `body` after everything given before.
    package func async(_ body: @escaping @Sendable () -> Void) { work.add(body) }

    /// Does `body` at `first` (CLOCK_MONOTONIC nanoseconds) and then every `interval` nanoseconds, until ``stopRepeating()``.
    /// Instants that are over are left out. There is one such body at a time.
    package func `repeat`(first: Int64, every interval: Int64, _ body: @escaping @Sendable () -> Void) {
        work.repeat(WorkList.Repetition(next: first, interval: interval, body: body))
    }

    /// The body is not begun again after this.
    package func stopRepeating() { work.repeat(nil) }
}

/// What a thread has to do. `@unchecked Sendable`: everything mutable is touched only with `mutex` locked.
private final class WorkList: @unchecked Sendable {
    struct Repetition {
        var next: Int64
        var interval: Int64
        var body: @Sendable () -> Void
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var bodies: [@Sendable () -> Void] = []
    private var repetition: Repetition?
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func add(_ body: @escaping @Sendable () -> Void) { change { bodies.append(body) } }
    func `repeat`(_ repetition: Repetition?) { change { self.repetition = repetition } }
    func close() { change { isClosed = true } }

    private func change(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(changed)
    }

    func run() {
        var taken: [@Sendable () -> Void] = []
        while take(&taken) {
            for body in taken { body() }
            taken.removeAll(keepingCapacity: true)
        }
    }

    /// Waits for something to do. False when there will be nothing any more.
    private func take(_ taken: inout [@Sendable () -> Void]) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while bodies.isEmpty {
            if isClosed { return false }
            guard let repetition else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            if RunClock.monotonicNow >= repetition.next { break }
            var until = timespec(
                tv_sec: Int(repetition.next / 1_000_000_000), tv_nsec: Int(repetition.next % 1_000_000_000))
            pthread_cond_timedwait(changed, mutex, &until)
        }
        swap(&bodies, &taken)
        if let due = dueBody() { taken.append(due) }
        return true
    }

    private func dueBody() -> (@Sendable () -> Void)? {
        guard var due = repetition else { return nil }
        let now = RunClock.monotonicNow
        guard now >= due.next else { return nil }
        due.next += ((now - due.next) / due.interval + 1) * due.interval
        repetition = due
        return due.body
    }
}
