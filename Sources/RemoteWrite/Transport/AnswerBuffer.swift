// Keeps the beginning of the receiver's answer, which is where Prometheus says what it did not like, and stops a
// transfer that never ends.

/// Filled by libcurl through an unretained pointer; the owner of the handle keeps it alive.
final class AnswerBuffer {
    /// Enough for the first line of any error text.
    private static let keptBytes = 1024
    /// A receiver has no reason to answer more than a few hundred bytes.
    private static let acceptedBytes = 64 << 10

    private var kept: [UInt8] = []
    private var received = 0
    private(set) var isTruncated = false

    var text: String { String(decoding: kept, as: UTF8.self) }
    var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func clear() {
        kept.removeAll(keepingCapacity: true)
        received = 0
        isTruncated = false
    }

    static let write: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        data, size, count, context in
        guard let data, let context else { return 0 }
        let buffer = Unmanaged<AnswerBuffer>.fromOpaque(context).takeUnretainedValue()
        return buffer.append(UnsafeRawBufferPointer(start: data, count: size * count))
    }

    private func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        received += bytes.count
        kept.append(contentsOf: bytes.prefix(Self.keptBytes - kept.count))
        isTruncated = received > Self.acceptedBytes
        return isTruncated ? 0 : bytes.count
    }
}
