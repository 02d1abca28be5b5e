// zstd (RFC 8878) by its reference decoder: frames one after another. A window of 8 MiB is the most that a sender may use
// in HTTP (RFC 9659); without that limit a header of ten bytes would have 128 MiB reserved.

import CDecoders

final class ZstandardStep: DecodingStep {
    private let stream: OpaquePointer?
    /// The data so far ends with a whole frame.
    private var isComplete = true

    init() {
        stream = ZSTD_createDStream()
        if let stream { ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 23) }
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(_ input: UnsafeRawBufferPointer, _ output: Output) throws(DecodingError) {
        guard let stream else { throw .refused }
        guard !input.isEmpty else { return }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        try withScratch { (scratch) throws(DecodingError) in
            var target: ZSTD_outBuffer
            repeat {
                target = ZSTD_outBuffer(dst: scratch.baseAddress, size: scratch.count, pos: 0)
                let result = ZSTD_decompressStream(stream, &target, &source)
                if target.pos > 0 { try output(UnsafeRawBufferPointer(rebasing: scratch[..<target.pos])) }
                guard ZSTD_isError(result) == 0 else {
                    throw ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge ? .tooMuch : .damaged
                }
                isComplete = result == 0
            } while source.pos < source.size || target.pos == target.size && !isComplete
        }
    }

    func end() throws(DecodingError) { if !isComplete { throw .cutShort } }
}
