// Keeps label texts within what receivers take. Mimir and Cortex refuse values beyond 2,048 bytes and names beyond 1,024
// with 400 for the whole push, VictoriaMetrics cuts at 1,024 (older: 16 KiB) without a word; Prometheus has no limit.

enum LabelText {
    static let maximumValueBytes = 2048
    static let maximumNameBytes = 1024

    /// `text`, or, if it is longer than `bytes`, its beginning with a mark that keeps two texts with one beginning
    /// apart. The mark is made of characters that a name may have.
    static func bounded(_ text: String, bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        let mark = "_cut_" + hexadecimal(hash(text))
        let kept = Array(text.utf8.prefix(bytes - mark.utf8.count + 1))
        // The byte after the cut must begin a scalar; at most three bytes fall away.
        let end = kept.indices.last { kept[$0] & 0xc0 != 0x80 } ?? 0
        return String(decoding: kept[..<end], as: UTF8.self) + mark
    }

    /// FNV-1a: the same in every process, as the tasks of a run must agree.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
