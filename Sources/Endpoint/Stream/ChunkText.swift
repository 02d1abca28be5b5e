// The text of tokens: any range of an endless sentence, so that the deltas of a stream, put together, are the text that the answer
// has when it does not stream.

import NIOCore

enum ChunkText {
    static let words = "The quick brown fox jumps over the lazy dog while the model thinks of something to say. "
    /// Copied in pieces of this many bytes at most; a whole number of sentences, so that no seam shows.
    private static let filler = ByteBuffer(bytes: repeatElement(words.utf8, count: 48).joined())

    /// Writes these bytes of the endless sentence behind what the buffer holds.
    static func write(_ range: Range<Int>, to buffer: inout ByteBuffer) {
        write(range, to: &buffer, at: buffer.writerIndex)
        buffer.moveWriterIndex(forwardBy: range.count)
    }

    /// Writes them at `index`.
    static func write(_ range: Range<Int>, to buffer: inout ByteBuffer, at index: Int) {
        var position = range.lowerBound
        while position < range.upperBound {
            let offset = position % filler.readableBytes
            let count = min(range.upperBound - position, filler.readableBytes - offset)
            let place = index + position - range.lowerBound
            filler.withUnsafeReadableBytes {
                _ = buffer.setBytes(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]), at: place)
            }
            position += count
        }
    }

    /// The bytes that tokens have: 4 each, or their share of `answerBytes`.
    static func bytes(of tokens: Range<Int>, of all: Int, answerBytes: Int?) -> Range<Int> {
        guard let answerBytes else { return 4 * tokens.lowerBound..<4 * tokens.upperBound }
        return answerBytes * tokens.lowerBound / max(1, all)..<answerBytes * tokens.upperBound / max(1, all)
    }
}
