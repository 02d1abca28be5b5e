// Base64 of a credential pair, only to recognise and blank it out should a receiver's answer repeat it; libcurl makes
// the header itself. A dozen lines here keep Foundation out of this module's public face.

enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
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
}
