// Where an answer's bytes go while they arrive. Buffers come from a per-shard pool and only while bytes arrive: of
// 50,000 requests in flight on a slow server only a few are receiving, so memory follows those few.

/// A growing byte buffer out of a ``ResponseBufferPool``.
struct ResponseBuffer {
    fileprivate(set) var bytes: UnsafeMutableRawBufferPointer
    fileprivate(set) var count = 0

    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[0..<count]) }
}

/// Buffers of one shard, last used first (its bytes are still in cache). Not Sendable: it belongs to its shard.
final class ResponseBufferPool {
    private var free: [UnsafeMutableRawBufferPointer] = []
    /// 16 KiB holds an answer of 2,048 tokens; larger ones grow, and are not kept when over `keepLimit`.
    private static let initialCapacity = 16 << 10
    private static let keepLimit = 256 << 10
    private static let keepCount = 256

    deinit { free.forEach { $0.deallocate() } }

    func take() -> ResponseBuffer {
        ResponseBuffer(bytes: free.popLast() ?? .allocate(byteCount: Self.initialCapacity, alignment: 16))
    }

    func append(_ data: UnsafeRawBufferPointer, to buffer: inout ResponseBuffer) {
        let needed = buffer.count + data.count
        if needed > buffer.bytes.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(needed, buffer.bytes.count * 2), alignment: 16)
            larger.copyMemory(from: buffer.contents)
            buffer.bytes.deallocate()
            buffer.bytes = larger
        }
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[buffer.count...]).copyMemory(from: data)
        buffer.count = needed
    }

    func give(back buffer: ResponseBuffer) {
        if buffer.bytes.count <= Self.keepLimit, free.count < Self.keepCount {
            free.append(buffer.bytes)
        } else {
            buffer.bytes.deallocate()
        }
    }
}
