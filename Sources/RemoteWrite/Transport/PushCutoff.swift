// Ends a push that is under way earlier than its time limit said: libcurl blocks in it, on a queue of its own, and asks
// here about once a second whether to go on.

import Synchronization

/// Set on one queue, read on another; only one push is under way at a time.
final class PushCutoff: Sendable {
    /// Nanoseconds since `epoch`.
    private let instant = Atomic<Int64>(.max)
    private let epoch = ContinuousClock.now

    func lift() { instant.store(.max, ordering: .relaxed) }

    func set(in time: Duration) { instant.store(nanoseconds(ContinuousClock.now - epoch + time), ordering: .relaxed) }

    var isReached: Bool { nanoseconds(ContinuousClock.now - epoch) >= instant.load(ordering: .relaxed) }

    var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// For libcurl; anything but 0 ends the transfer.
    static let progress: @convention(c) (UnsafeMutableRawPointer?, Int, Int, Int, Int) -> Int32 = { context, _, _, _, _ in
        guard let context else { return 0 }
        return Unmanaged<PushCutoff>.fromOpaque(context).takeUnretainedValue().isReached ? 1 : 0
    }

    private func nanoseconds(_ time: Duration) -> Int64 { Int64(time.seconds * 1e9) }
}
