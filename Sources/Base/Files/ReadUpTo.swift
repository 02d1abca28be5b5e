// Reading of descriptors: the one loop around read(2), which signals interrupt and pipes answer in pieces. With a limit that
// holds whatever lies there: a pipe may never end.

import Glibc

/// read(2), or pread(2) at `offset`, once more after each signal.
///
/// - Returns: bytes read, 0 at the end; -1 with `errno` set.
package func readSome(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer, at offset: UInt64? = nil) -> Int {
    while true {
        let got =
            offset.map { pread(descriptor, room.baseAddress, room.count, off_t(clamping: $0)) }
            ?? read(descriptor, room.baseAddress, room.count)
        if got >= 0 || errno != EINTR { return got }
    }
}

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
            readSome(
                descriptor, into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]), at: offset.map { $0 + UInt64(bytes.count) })
        }
        guard got >= 0 else { return nil }
        if got == 0 { break }
        bytes += block[..<got]
    }
    return bytes
}

/// Reads a whole file, unless it has more than `limit` bytes: then one byte more than that, so that the caller sees it.
///
/// - Returns: nil with `errno` set when it cannot be opened or read.
package func readFile(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return readBytes(upTo: limit + 1, from: descriptor)
}
