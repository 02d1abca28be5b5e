// A short name for content, so that two that should be the same and are not are noticed: what tasks are about to run, the prompts of
// two runs. FNV-1a of 64 bits: it guards against mistakes, not against anybody, and reads a gigabyte in about a second.

package struct Fingerprint: Sendable {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    /// Takes in bytes and their end, so that where one piece ends and the next begins counts.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var hash = hash
        for byte in bytes {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01B3
        }
        self.hash = hash &* 0x100_0000_01B3
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Sixteen digits.
    package var hexadecimal: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func of(_ texts: [String]) -> String {
        var all = Fingerprint()
        for text in texts { all.add(text) }
        return all.hexadecimal
    }
}
