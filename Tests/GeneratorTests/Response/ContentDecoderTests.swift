// The decoder by itself: whole bodies and in pieces, and bodies that are made to cost more than they are.

import CDecoders
import Glibc
import Testing

@testable import Generator

@Suite struct ContentDecoderTests {
    static let text = Array(#"{"choices":[{"message":{"content":"hello hello hello, and a word more"}}]}"#.utf8)

    struct Decoded: Equatable {
        var bytes: [UInt8] = []
        var failure: DecodingError?
    }

    /// What `body` is, handed over in pieces of `piece` bytes.
    static func decode(_ codings: [ContentCoding], _ body: [UInt8], piece: Int = .max, limit: Int = 64 << 20) -> Decoded {
        let decoder = ContentDecoder(codings)
        var decoded = Decoded()
        body.withUnsafeBytes { raw in
            var rest = raw[...]
            while !rest.isEmpty {
                let next = UnsafeRawBufferPointer(rebasing: rest.prefix(piece))
                rest = rest.dropFirst(piece)
                decoder.decode(next) { bytes in
                    guard decoded.bytes.count + bytes.count <= limit else { return false }
                    decoded.bytes += bytes
                    return true
                }
            }
        }
        decoded.failure = decoder.end()
        return decoded
    }

    /// `window`: 31 gzip, 15 zlib, -15 neither header nor checksum.
    static func deflate(_ bytes: [UInt8], window: Int32 = 31) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else { return [] }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                _ = CDecoders.deflate(&stream, Z_FINISH)
            }
        }
        return Array(output.prefix(Int(stream.total_out)))
    }

    @Test(
        arguments: [
            ("gzip", [.gzip]), ("GZIP", [.gzip]), (" x-gzip\t", [.gzip]), ("deflate", [.deflate]), ("br", [.brotli]),
            ("zstd", [.zstandard]), ("gzip, br", [.gzip, .brotli]), ("utf-8", []), ("us-ascii", []), ("binary", []),
            ("identity", []), ("aws-chunked", []), ("aws-chunked,gzip", [.gzip]), ("", []), (",,", []), ("gzip;q=1", []),
            ("gzip gzip", [.gzip]),
        ] as [(String, [ContentCoding])])
    func namesAreReadAsK6Does(value: String, codings: [ContentCoding]) {
        #expect(ContentCoding.list(value) == codings)
    }

    /// However the body is divided, it becomes the same, and each shorter one is seen to be cut.
    @Test func piecesMakeNoDifference() {
        let members = Self.deflate(Array(Self.text[..<20])) + Self.deflate(Array(Self.text[20...]))
        let bodies: [([ContentCoding], [UInt8])] = [
            ([.gzip], Self.deflate(Self.text)), ([.gzip], members), ([.deflate], Self.deflate(Self.text, window: 15)),
            ([.deflate], Self.deflate(Self.text, window: -15)),
            ([.deflate, .gzip], Self.deflate(Self.deflate(Self.text, window: 15))),
        ]
        for (codings, body) in bodies {
            for piece in [1, 2, 3, 7, .max] {
                #expect(Self.decode(codings, body, piece: piece) == Decoded(bytes: Self.text), "\(codings) by \(piece)")
            }
            for count in 1..<body.count where body != members || count != Self.deflate(Array(Self.text[..<20])).count {
                let failure = Self.decode(codings, Array(body[..<count]), piece: 5).failure
                #expect(failure == .cutShort || failure == .damaged && count < 25, "\(codings) cut at \(count)")
            }
        }
    }

    /// An output of exactly the room there is for a piece ends like every other.
    @Test(arguments: [16 << 10, 32 << 10, (16 << 10) + 1, (16 << 10) - 1]) func piecesOfOutputAreWhole(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        #expect(Self.decode([.gzip], Self.deflate(bytes)) == Decoded(bytes: bytes))
        #expect(Self.decode([.zstandard], Self.stored(bytes)) == Decoded(bytes: bytes))
    }

    /// A zstd frame of raw blocks (RFC 8878), without checksum.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
        var rest = bytes[...]
        while !rest.isEmpty {
            let block = rest.prefix(10_000)
            rest = rest.dropFirst(10_000)
            let header = UInt32(block.count) << 3 | (rest.isEmpty ? 1 : 0)
            frame += [UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16)] + block
        }
        return frame
    }

    // MARK: Bodies that cost more than they are

    private static func cpuTime() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    /// gzip in gzip in gzip around empty blocks: 4 kB and less that were 18 s of work. What passes between the levels is
    /// bounded by what came over the wire.
    @Test(arguments: [[0x00, 0x00, 0x00, 0xFF, 0xFF], [0x02, 0x08, 0x20, 0x80, 0x00]] as [[UInt8]])
    func emptyBlocksInsideEachOtherAreNotWorkedThrough(block: [UInt8]) {
        let header: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3]
        let inner = header + (0..<4_000_000).flatMap { _ in block }
        let body = Self.deflate(Self.deflate(inner))
        #expect(body.count < 4_800)
        let before = Self.cpuTime()
        let decoded = Self.decode([.gzip, .gzip, .gzip], body)
        let took = Self.cpuTime() - before
        #expect(decoded == Decoded(failure: .tooMuch))
        // 0.3 ms; 4 s without the bound.
        #expect(took < 0.1, "\(took) s of CPU")
    }

    /// Alone they are as much work as their number, and are given up when nothing comes of 256 KiB.
    @Test(arguments: [(1000, DecodingError.cutShort), (100_000, .tooMuch)]) func emptyBlocksAloneAreGivenUp(
        count: Int, failure: DecodingError
    ) {
        let body: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3] + (0..<count).flatMap { _ in [0x00, 0x00, 0x00, 0xFF, 0xFF] }
        #expect(Self.decode([.gzip], body, piece: 4096) == Decoded(failure: failure))
        // Data that does not shrink is none of that.
        let raw = Self.stored([UInt8](repeating: 0x61, count: 100_000))
        #expect(Self.decode([.zstandard], raw, piece: 4096).failure == nil)
    }

    @Test func aFewBytesAreNotManyMebibytes() {
        // 400 zstd blocks that each repeat one byte 131,072 times.
        let block = UInt32(131_072) << 3 | 2
        let bytes: [UInt8] = [UInt8(block & 0xFF), UInt8(block >> 8 & 0xFF), UInt8(block >> 16), 0x61]
        let body: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58] + (0..<400).flatMap { _ in bytes } + [1, 0, 0]
        let decoded = Self.decode([.zstandard], body)
        #expect(decoded.failure == .tooMuch)
        #expect(decoded.bytes.count <= ContentDecoder.outputAllowance + ContentDecoder.outputRatio * body.count)
        // What deflate can do is allowed: the response limit is for that.
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        #expect(Self.decode([.gzip], Self.deflate(zeros)) == Decoded(bytes: zeros))
        #expect(Self.decode([.gzip], Self.deflate(zeros), limit: 1 << 20).failure == .refused)
    }

    @Test func levelsAreBounded() {
        var body = Self.text
        for level in 1...5 {
            body = Self.deflate(body)
            let decoded = Self.decode(Array(repeating: .gzip, count: level), body)
            #expect(decoded == (level <= 4 ? Decoded(bytes: Self.text) : Decoded(failure: .tooMuch)))
        }
    }

    /// Whatever arrives, decoding ends and stays inside its buffers (the sanitizers watch).
    @Test(arguments: [ContentCoding.gzip, .deflate, .brotli, .zstandard]) func survivesAnything(coding: ContentCoding) {
        var random = SeededRandom(seed: 11, stream: 0)
        let good = coding == .zstandard ? Self.stored(Self.text) : Self.deflate(Self.text, window: coding == .gzip ? 31 : 15)
        for _ in 0..<3_000 {
            var body = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let whole = Self.decode([coding], body)
            // libzstd reads a frame that is there whole in another way, and may see another fault first.
            #expect((Self.decode([coding], body, piece: 3).failure == nil) == (whole.failure == nil))
        }
    }
}
