// A file's beginning, or a piece of it, with a limit that holds whatever lies there: a pipe may never end.

import Glibc

/// Reads until there are `limit` bytes or no more come, whatever pieces they come in.
///
/// - Parameter offset: where to begin in a regular file; nil reads on from where the descriptor stands.
/// - Returns: nil with `errno` set when it cannot be read.
package func readBytes(upTo limit: Int, from descriptor: Int32, at offset: UInt64? = nil) -> [UInt8]? {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: min(limit, 65_536))
    while bytes.count < limit {
        let wanted = min(block.count, limit - bytes.count)
        let got = block.withUnsafeMutableBytes { room in
            offset.map { pread(descriptor, room.baseAddress, wanted, off_t(clamping: $0) + off_t(bytes.count)) }
                ?? Glibc.read(descriptor, room.baseAddress, wanted)
        }
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { return nil }
        if got == 0 { break }
        bytes += block[..<got]
    }
    return bytes
}
