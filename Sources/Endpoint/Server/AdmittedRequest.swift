// A completion request between its admission and its answer, and the pace of an answer that comes slowly.

import NIOCore

/// A request the model has taken.
struct AdmittedRequest {
    let admission: Admission
    let arrival: UInt64
    let promptTokens: Int
    let model: ByteBuffer?
    let keepAlive: Bool
}

/// An answer whose body is cut into pieces, spread evenly over a duration: the head and the first piece go at once, the
/// last piece at the duration's end.
struct Dribble {
    /// Enough that a client sees many reads, few enough that thousands of slow answers cost little.
    static let pieces = 20

    private var rest: ByteBuffer
    private var headLength: Int
    private let start: UInt64
    private let duration: UInt64
    private var sent = 0

    init(_ answer: ByteBuffer, bodyLength: Int, start: UInt64, duration: UInt64) {
        rest = answer
        headLength = answer.readableBytes - bodyLength
        self.start = start
        self.duration = duration
    }

    /// The next piece; may be empty when the body has fewer bytes than there are pieces.
    mutating func next() -> ByteBuffer {
        let size = headLength + (rest.readableBytes - headLength) / max(1, Self.pieces - sent)
        headLength = 0
        sent += 1
        return rest.readSlice(length: size) ?? ByteBuffer()
    }

    /// When the piece after the one just taken is due; `nil` when that was the last.
    var nextDue: UInt64? {
        guard sent < Self.pieces else { return nil }
        return start + UInt64((Double(duration) * Double(sent) / Double(Self.pieces - 1)).rounded())
    }
}
