// Base64 of a secret, only to recognise and blank it out should somebody's text repeat it; libcurl makes the headers
// itself.

package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: [UInt8]) -> String {
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            let bits = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - chunk.count))
            for position in 0..<4 {
                let isData = position <= chunk.count
                encoded.append(isData ? alphabet[Int(bits >> (18 - 6 * position) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The characters that `bytes` alone decide when `before` bytes of something else come in front of them and anything
    /// behind them, as the key in `user:key`: without those at either end that hold bits of the others too.
    static func core(_ bytes: [UInt8], before: Int) -> [UInt8] {
        let encoded = Array(encode([UInt8](repeating: 0, count: before) + bytes).utf8)
        let first = (8 * before + 5) / 6
        let end = 8 * (before + bytes.count) / 6
        return first < end ? Array(encoded[first..<end]) : []
    }
}
