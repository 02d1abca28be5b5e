// brotli (RFC 7932) by Google's decoder. The whole body is one stream: what follows it is an error, as in k6.

import CDecoders

final class BrotliStep: DecodingStep {
    private let state: OpaquePointer?
    private var isComplete = false

    init() { state = BrotliDecoderCreateInstance(nil, nil, nil) }

    deinit { BrotliDecoderDestroyInstance(state) }

    func decode(_ input: UnsafeRawBufferPointer, _ output: Output) throws(DecodingError) {
        guard let state else { throw .refused }
        guard !input.isEmpty else { return }
        guard !isComplete else { throw .damaged }
        var next = input.bindMemory(to: UInt8.self).baseAddress
        var left = input.count
        try withScratch { (scratch) throws(DecodingError) in
            var result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT
            while result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT {
                var room = scratch.bindMemory(to: UInt8.self).baseAddress
                var free = scratch.count
                result = BrotliDecoderDecompressStream(state, &left, &next, &free, &room, nil)
                if free < scratch.count { try output(UnsafeRawBufferPointer(rebasing: scratch[..<(scratch.count - free)])) }
            }
            isComplete = result == BROTLI_DECODER_RESULT_SUCCESS
            if result == BROTLI_DECODER_RESULT_ERROR || isComplete && left > 0 { throw .damaged }
        }
    }

    func end() throws(DecodingError) { if !isComplete { throw .cutShort } }
}
