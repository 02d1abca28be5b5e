// Files of the kernel's, whose size is not known before they are read. Bytes and not text: splitting /proc/stat by characters
// each second was 0.7 million instructions, as many as forty requests of ours.

import Glibc

/// The first 4 kB of a file.
struct SmallFile {
    private let bytes: [UInt8]

    /// Nil when it cannot be read or is empty.
    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        bytes = [UInt8](unsafeUninitializedCapacity: 4096) { memory, count in
            count = max(0, read(descriptor, memory.baseAddress, memory.count))
        }
        if bytes.isEmpty { return nil }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Its words; those of the other lines are not looked at.
    var firstLine: [ArraySlice<UInt8>] { Self.words(of: bytes.prefix { $0 != UInt8(ascii: "\n") }) }
    /// The words of each line.
    var lines: [[ArraySlice<UInt8>]] { bytes.split(separator: UInt8(ascii: "\n")).map(Self.words) }

    private static func words(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] { line.split(separator: UInt8(ascii: " ")) }
}

extension ArraySlice<UInt8> {
    /// A word that is a decimal number; nil for every other.
    var number: Int64? { Int64(String(decoding: self, as: UTF8.self)) }
}
