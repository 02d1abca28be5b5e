// Sends the chunks of all streams of one event loop when they are due. One timer for all: NIO's own would cost an allocation and a
// place in its queue per chunk. A loop that falls behind sends everything that is overdue at each wake, so that load turns
// into larger batches instead of more wakes.

import NIOCore

/// The streams of one event loop. Used on it only.
final class StreamPacer: NIOScheduledCallbackHandler {
    /// Chunks sent before sockets are read again: about a millisecond's.
    private static let batch = 200
    /// Between wakes, so that the loop looks at its sockets in between; also lets chunks that are as good as due go together.
    private static let rest: UInt64 = 20_000

    private let loop: any EventLoop
    private var streams = DueHeap<Unmanaged<Connection>>()
    /// Instants for which a timer is set, the earliest last: timers are not cancelled, so a new one is only for an earlier instant.
    private var armed: [UInt64] = []
    private var isSending = false
    /// What a chunk is rendered into; its memory is used again when the chunk was written at once.
    var scratch: ByteBuffer

    init(loop: any EventLoop) {
        self.loop = loop
        scratch = ByteBufferAllocator().buffer(capacity: 4096)
    }

    deinit { removeAll() }

    /// Has the connection's stream go on at `due`. A connection is in here once at most, unless it has ended.
    func add(_ connection: Connection, due: UInt64) {
        streams.insert(Unmanaged.passRetained(connection), due: due)
        if !isSending { arm(due) }
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        armed.removeLast()
        send()
    }

    /// The loop shuts down.
    func didCancelScheduledCallback(eventLoop: some EventLoop) {
        armed.removeAll()
        removeAll()
    }

    private func removeAll() {
        while let left = streams.popFirst() { left.release() }
    }

    private func send() {
        isSending = true
        var now = monotonicNanoseconds()
        var left = Self.batch
        while left > 0, let due = streams.earliest, due <= now, let connection = streams.popFirst() {
            if let next = connection.takeUnretainedValue().continueStream(&now) {
                streams.insert(connection, due: next)
            } else {
                connection.release()
            }
            left -= 1
        }
        isSending = false
        if let due = streams.earliest { arm(max(due, now + Self.rest)) }
    }

    private func arm(_ due: UInt64) {
        if let set = armed.last, set <= due { return }
        do {
            _ = try loop.assumeIsolated().scheduleCallback(at: .uptimeNanoseconds(min(due, UInt64(Int64.max))), handler: self)
            armed.append(due)
        } catch {
            // Only a loop that is shutting down refuses; its connections are closed by the same shutdown.
        }
    }
}
