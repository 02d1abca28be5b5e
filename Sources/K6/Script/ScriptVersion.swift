// A version of SML's script by fingerprints of its lines: enough to know it, and to say which line of a copy is not in it.
// Its text is not ours to pass on, and is not needed: what it does is what the generator does (k6 §3).

/// A script that is known by its content.
struct ScriptVersion: Sendable, Equatable {
    /// What the log calls it.
    let name: String
    /// Of the whole code.
    let digest: UInt64
    /// Of each line with code, in order. 16 bits each: they place differences, the digest finds them.
    let lines: [UInt16]

    init(name: String, digest: UInt64, lines: String) {
        self.name = name
        self.digest = digest
        let digits = Array(lines.utf8)
        self.lines = stride(from: 0, to: digits.count - 3, by: 4).map {
            UInt16(String(decoding: digits[$0..<$0 + 4], as: UTF8.self), radix: 16) ?? 0
        }
    }

    init(name: String, of code: ScriptCode) {
        self.name = name
        digest = Self.digest(code)
        lines = Self.lines(code)
    }

    static func digest(_ code: ScriptCode) -> UInt64 { fingerprint(code.joined) }

    static func lines(_ code: ScriptCode) -> [UInt16] {
        code.lines.map {
            let value = fingerprint($0.text.utf8)
            return UInt16(truncatingIfNeeded: value ^ value >> 16 ^ value >> 32 ^ value >> 48)
        }
    }

    /// FNV-1a of 64 bits.
    private static func fingerprint(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
