// Most chunks of a stream are the one before with another text: the same 250 bytes around the same 4. Such a chunk is known by
// comparing bytes, and only its text is read; reading all of them as JSON was two thirds of what a chunk cost us. Nothing is guessed:
// the chunk that is compared with was read in full and changed no fact of its answer, so one that differs from it in its text alone
// changes none either.

import Base
import Glibc

/// The last chunk that was read in full and did no more than add text.
struct ChunkShape {
    private var bytes: [UInt8] = []
    /// Where the text stands, between its quotes.
    private var text = 0..<0
    private(set) var delta = StreamedAnswer.Delta()

    /// 10,000 open streams keep one each.
    private static let longest = 2048

    /// Remembers `data`, whose output is `delta`; forgets what was before when that is none to know others by.
    mutating func keep(_ data: UnsafeRawBufferPointer, _ delta: StreamedAnswer.Delta) {
        guard let text = delta.text, data.count <= Self.longest else { return forget() }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: data)
        self.text = text
        self.delta = delta
    }

    mutating func forget() { text = 0..<0 }

    /// Whether `data` is that chunk with another text that is not empty.
    func fits(_ data: UnsafeRawBufferPointer) -> Bool {
        let end = data.count - (bytes.count - text.upperBound)
        guard !text.isEmpty, end > text.lowerBound, let base = data.baseAddress else { return false }
        let isSame = bytes.withUnsafeBytes { bytes in
            guard let own = bytes.baseAddress else { return false }
            return memcmp(base, own, text.lowerBound) == 0 && memcmp(base + end, own + text.upperBound, bytes.count - text.upperBound) == 0
        }
        guard isSame else { return false }
        var scanner = JSONScanner(data, range: text.lowerBound - 1..<end + 1)
        do throws(JSONError) {
            // The first quote after the text must be the one that was compared.
            return try scanner.string().range == text.lowerBound..<end
        } catch {
            return false
        }
    }
}
