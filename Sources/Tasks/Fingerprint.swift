// A short name for what a task is about to run, so that two tasks with different plans notice before they start. FNV-1a
// of 64 bits: it guards against mistakes, not against anybody.

package enum Fingerprint {
    /// Sixteen hexadecimal digits of `texts`; where one ends and the next begins counts.
    package static func of(_ texts: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in texts {
            for byte in Array(text.utf8) + [0] {
                hash ^= UInt64(byte)
                hash = hash &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
