// Undoes the compression of an answer's body while it arrives. A body is worth a bounded multiple of the bytes that came
// over the wire, whatever it claims: 4.8 kB of gzip in gzip in gzip around empty blocks would otherwise be 18 s of work
// on the event loop, and a few bytes of zstd are 64 MiB. Bodies without compression never come here.

/// Why a body could not be decoded.
enum DecodingError: Error, Equatable {
    /// The bytes are not what the coding's name says.
    case damaged
    /// The body ended inside the compressed data or before its checksum.
    case cutShort
    /// More codings inside each other, or more decoded bytes, than any honest answer has.
    case tooMuch
    /// Whoever takes the decoded bytes takes no more.
    case refused
}

/// One coding being undone. Takes input in pieces, hands on output in pieces.
protocol DecodingStep: AnyObject {
    typealias Output = (UnsafeRawBufferPointer) throws(DecodingError) -> Void
    func decode(_ input: UnsafeRawBufferPointer, _ output: Output) throws(DecodingError)
    /// How the data ends if nothing follows.
    func end() throws(DecodingError)
}

/// The decoder of one body. Not Sendable: it belongs to the exchange.
final class ContentDecoder {
    /// libcurl's own limit is five; nobody means more than two.
    static let levelLimit = 4
    /// Decoded bytes: 1 MiB, and 1,032 for each byte of the wire, which is as far as deflate expands.
    static let outputAllowance = 1 << 20
    static let outputRatio = 1032
    /// Bytes between two levels are compressed data and do not shrink again: 16 KiB, and four for each byte of the wire.
    static let innerAllowance = 16 << 10
    static let innerRatio = 4

    /// Input that becomes nothing (empty blocks cost 0.1 µs a byte): 256 KiB, and 64 for each decoded byte.
    static let idleAllowance = 256 << 10
    static let idleRatio = 64

    private let steps: [any DecodingStep]
    private var produced: [Int]
    /// Bytes that came over the wire.
    private(set) var received = 0
    /// What went wrong; the rest of the body is then read over.
    private(set) var failure: DecodingError?

    /// - Parameter codings: in the order in which they were applied, at least one.
    init(_ codings: [ContentCoding]) {
        if codings.count > Self.levelLimit { failure = .tooMuch }
        steps = codings.suffix(Self.levelLimit).reversed().map { coding in
            switch coding {
            case .gzip: InflateStep(isGzip: true)
            case .deflate: InflateStep(isGzip: false)
            case .brotli: BrotliStep()
            case .zstandard: ZstandardStep()
            }
        }
        produced = Array(repeating: 0, count: steps.count)
    }

    /// Decodes the next bytes of the wire. `output` takes what they are, and returns false to take no more.
    func decode(_ input: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) -> Bool) {
        received += input.count
        guard failure == nil else { return }
        do throws(DecodingError) {
            try pass(input, to: 0, output)
            guard received <= Self.idleAllowance + Self.idleRatio * (produced.last ?? 0) else { throw .tooMuch }
        } catch {
            failure = error
        }
    }

    /// The body is complete. What is wrong with it, if anything is.
    func end() -> DecodingError? {
        guard failure == nil else { return failure }
        do throws(DecodingError) {
            for step in steps { try step.end() }
        } catch {
            failure = error
        }
        return failure
    }

    private func pass(
        _ bytes: UnsafeRawBufferPointer, to level: Int, _ output: (UnsafeRawBufferPointer) -> Bool
    ) throws(DecodingError) {
        guard level < steps.count else {
            guard output(bytes) else { throw .refused }
            return
        }
        let isLast = level == steps.count - 1
        let limit =
            isLast
            ? Self.outputAllowance + Self.outputRatio * received : Self.innerAllowance + Self.innerRatio * received
        try steps[level].decode(bytes) { (decoded) throws(DecodingError) in
            produced[level] += decoded.count
            guard produced[level] <= limit else { throw .tooMuch }
            try pass(decoded, to: level + 1, output)
        }
    }
}
