// A thread that exists when this returns. Dispatch makes its threads when there is work for them, and when the system
// gives none (ulimit -u, pids.max) it tries again for ever; a run must know before its first request.

import CLinux
import Glibc

package enum OwnThread {
    /// Runs `body` on a thread of its own. `name` shows in `ps -T`, 15 bytes of it.
    ///
    /// - Parameter isRealtime: with ``RealtimePriority``.
    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread, or no such priority, to be had.
    package static func start(
        _ name: String, isRealtime: Bool = false, _ body: @escaping @Sendable () -> Void
    ) throws(GeneratorError) {
        let work = Unmanaged.passRetained(Work(body: body))
        let error = sml_thread_start(
            String(name.prefix(15)), isRealtime ? RealtimePriority.level : 0,
            { context in
                guard let context else { return }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
            }, work.toOpaque())
        guard error != 0 else { return }
        work.release()
        if isRealtime, error == EPERM { throw RealtimePriority.refused(allowed: RealtimePriority.allowed) }
        throw GeneratorError.unavailable(
            "the system gives no more threads (ulimit -u, pids.max of the cgroup): \(String(cString: strerror(error)))")
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
