// Where an answer's bytes go while they arrive. Buffers come from a per-shard pool and only while bytes arrive: of
// 50,000 requests in flight on a slow server only a few are receiving, so memory follows those few.

/// A growing byte buffer out of a ``ResponseBufferPool``.
struct ResponseBuffer {
    fileprivate(set) var bytes: UnsafeMutableRawBufferPointer
    fileprivate(set) var count = 0
    /// It has grown since it was taken, and counts against the pool's limit.
    fileprivate var isGrown = false

    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[0..<count]) }
}

/// Buffers of one shard, last used first (its bytes are still in cache). Not Sendable: it belongs to its shard.
final class ResponseBufferPool {
    private var free: [UnsafeMutableRawBufferPointer] = []
    /// Bytes of buffers in use that have grown beyond `initialCapacity`; at most `growthLimit`.
    private var grown = 0
    private let growthLimit: Int
    /// 16 KiB holds an answer of 2,048 tokens; larger ones grow, and are not kept when over `keepLimit`.
    private static let initialCapacity = 16 << 10
    private static let keepLimit = 256 << 10
    private static let keepCount = 256

    /// What all shards of a run together may hold of large answers: 1,000 users that receive 63 MB each must not take
    /// the machine with them.
    static let runGrowthLimit = 512 << 20

    /// - Parameters:
    ///   - shards: among which ``runGrowthLimit`` is divided.
    ///   - responseLimit: longest body accepted; two of them always fit.
    init(shards: Int = 1, responseLimit: Int) {
        growthLimit = max(Self.runGrowthLimit / max(1, shards), 4 * responseLimit)
    }

    deinit { free.forEach { $0.deallocate() } }

    func take() -> ResponseBuffer {
        ResponseBuffer(bytes: free.popLast() ?? .allocate(byteCount: Self.initialCapacity, alignment: 16))
    }

    /// False when there is no memory left for it; the buffer is then as it was.
    func append(_ data: UnsafeRawBufferPointer, to buffer: inout ResponseBuffer) -> Bool {
        let needed = buffer.count + data.count
        if needed > buffer.bytes.count {
            let capacity = max(needed, buffer.bytes.count * 2)
            let growth = capacity - (buffer.isGrown ? buffer.bytes.count : 0)
            guard grown + growth <= growthLimit else { return false }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: buffer.contents)
            buffer.bytes.deallocate()
            buffer.bytes = larger
            buffer.isGrown = true
            grown += growth
        }
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[buffer.count...]).copyMemory(from: data)
        buffer.count = needed
        return true
    }

    func give(back buffer: ResponseBuffer) {
        if buffer.isGrown { grown -= buffer.bytes.count }
        if buffer.bytes.count <= Self.keepLimit, free.count < Self.keepCount {
            free.append(buffer.bytes)
        } else {
            buffer.bytes.deallocate()
        }
    }
}
