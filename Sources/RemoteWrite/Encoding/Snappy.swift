// Snappy's raw block format through libsnappy, as remote write 1.0 demands (k6 §7.1: not the framed format).

internal import CSnappy

enum Snappy {
    /// A body that cannot be read, or, for compression, an input beyond the format's 4 GiB.
    struct Failure: Error {}

    /// Bound for decompression, so that a damaged file cannot ask for all memory: the spool holds 64 MiB at most, from
    /// which no more than a few hundred MiB of protobuf can come.
    static let maximumUncompressedBytes = 1 << 30

    static func compress(_ input: [UInt8]) throws(Failure) -> [UInt8] {
        guard input.count <= UInt32.max else { throw Failure() }
        let output = [UInt8](unsafeUninitializedCapacity: snappy_max_compressed_length(input.count)) { buffer, count in
            var length = buffer.count
            let status = input.withUnsafeBytes { input in
                buffer.withMemoryRebound(to: CChar.self) { output in
                    snappy_compress(
                        input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count,
                        output.baseAddress, &length)
                }
            }
            count = status == SNAPPY_OK ? length : 0
        }
        // Even an empty input compresses to one byte, its length.
        guard !output.isEmpty else { throw Failure() }
        return output
    }

    static func decompress(_ input: [UInt8]) throws(Failure) -> [UInt8] {
        let output: [UInt8]? = input.withUnsafeBytes { input in
            let compressed = input.baseAddress?.assumingMemoryBound(to: CChar.self)
            var length = 0
            guard input.count > 0, snappy_uncompressed_length(compressed, input.count, &length) == SNAPPY_OK,
                length <= maximumUncompressedBytes
            else { return nil }
            var status = SNAPPY_OK
            let output = [UInt8](unsafeUninitializedCapacity: max(length, 1)) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) { output in
                    status = snappy_uncompress(compressed, input.count, output.baseAddress, &length)
                }
                count = status == SNAPPY_OK ? length : 0
            }
            return status == SNAPPY_OK ? output : nil
        }
        guard let output else { throw Failure() }
        return output
    }
}
