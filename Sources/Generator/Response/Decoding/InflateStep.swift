// gzip and deflate by zlib. A gzip body may be several members one after another, as Go's reader and RFC 1952 have it;
// `deflate` is a zlib stream, or, from some servers, one without its header, which every browser takes too (k6 does not).

import CDecoders

final class InflateStep: DecodingStep {
    private let isGzip: Bool
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady = false
    /// The first bytes of a `deflate` body, until there are enough to see whether it has a header.
    private var beginning: [UInt8] = []
    /// The data so far ends where data may end.
    private var isComplete = false
    private var consumed = 0

    init(isGzip: Bool) {
        self.isGzip = isGzip
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, _ output: Output) throws(DecodingError) {
        guard !input.isEmpty else { return }
        if isReady { return try inflate(input, output) }
        if isGzip {
            try begin(window: 31)
            return try inflate(input, output)
        }
        beginning += input
        guard beginning.count >= 2 else { return }
        try begin(window: Self.isZlibHeader(beginning[0], beginning[1]) ? 15 : -15)
        // The one byte that may have come before is not worth another way.
        let bytes = beginning
        beginning = []
        let pointer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { pointer.deallocate() }
        pointer.copyBytes(from: bytes)
        try inflate(UnsafeRawBufferPointer(pointer), output)
    }

    /// A body that ends before its header does is, to k6, none that can be decoded; later it is one that was cut off.
    func end() throws(DecodingError) {
        if isComplete { return }
        throw consumed < (isGzip ? 10 : 2) ? .damaged : .cutShort
    }

    /// RFC 1950 §2.2.
    private static func isZlibHeader(_ first: UInt8, _ second: UInt8) -> Bool {
        first & 0x0F == 8 && first >> 4 <= 7 && (Int(first) << 8 | Int(second)) % 31 == 0
    }

    private func begin(window: Int32) throws(DecodingError) {
        guard sml_inflate_begin(stream, window) == Z_OK else { throw .refused }
        isReady = true
    }

    private func inflate(_ input: UnsafeRawBufferPointer, _ output: Output) throws(DecodingError) {
        // What follows a zlib stream is nothing to Go's reader either.
        if isComplete, !isGzip { return }
        consumed += input.count
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        try withScratch { (scratch) throws(DecodingError) in
            while try inflate(into: scratch, output) {}
        }
    }

    /// False when more input is needed.
    private func inflate(into scratch: UnsafeMutableRawBufferPointer, _ output: Output) throws(DecodingError) -> Bool {
        if isComplete {
            // Of a gzip body: the next member, if there is one.
            guard stream.pointee.avail_in > 0 else { return false }
            inflateReset(stream)
            isComplete = false
        }
        stream.pointee.next_out = scratch.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(scratch.count)
        let code = CDecoders.inflate(stream, Z_NO_FLUSH)
        let made = scratch.count - Int(stream.pointee.avail_out)
        if made > 0 { try output(UnsafeRawBufferPointer(rebasing: scratch[..<made])) }
        switch code {
        case Z_OK: return stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
        case Z_BUF_ERROR: return false
        case Z_STREAM_END:
            isComplete = true
            return isGzip
        default: throw .damaged
        }
    }
}

/// Room for a piece of decoded bytes, on the stack.
func withScratch(_ body: (UnsafeMutableRawBufferPointer) throws(DecodingError) -> Void) throws(DecodingError) {
    let result = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { scratch -> Result<Void, DecodingError> in
        do throws(DecodingError) { return .success(try body(scratch)) } catch { return .failure(error) }
    }
    try result.get()
}
