// Memory for rendered bodies: chunks that are filled and never moved, so that a body's address is good for the corpus's
// life and libcurl can send from it. 4 MB a chunk: 75 allocations for 300 MB, and at most 4 MB unused at the end.

struct BodyArena {
    static let chunkSize = 4 << 20

    private(set) var chunks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var left = 0

    /// Copies `bytes` to their final place.
    mutating func store(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
        let place: UnsafeMutableRawPointer
        if let next, bytes.count <= left {
            place = next
            self.next = next + bytes.count
            left -= bytes.count
        } else if bytes.count > Self.chunkSize / 4 {
            // Its own chunk; the open one stays open for the small ones.
            place = allocate(bytes.count)
        } else {
            place = allocate(Self.chunkSize)
            next = place + bytes.count
            left = Self.chunkSize - bytes.count
        }
        if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
        return UnsafeRawPointer(place)
    }

    func release() {
        for chunk in chunks { chunk.deallocate() }
    }

    private mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 16)
        chunks.append(chunk)
        return chunk
    }
}
