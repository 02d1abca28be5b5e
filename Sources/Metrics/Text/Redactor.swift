// Keeps secrets out of everything a run writes. Error texts and redirect targets are chosen by servers, which may
// echo what we sent them.

/// Replaces secrets in text by `****`.
public struct Redactor: Sendable {
    public static let mask = "****"
    private let secrets: [String]

    /// - Parameter secrets: texts to hide wherever they occur, e.g. the API key. Empty ones are ignored.
    public init(secrets: [String] = []) {
        // Longest first, so that one secret containing another is hidden whole.
        self.secrets = secrets.filter { !$0.isEmpty }.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// `text` without the secrets, without credentials in URLs, without what follows `Authorization:` or `Bearer `.
    public func redact(_ text: String) -> String {
        var text = text
        for secret in secrets { text = Self.replacing(secret, in: text) }
        text = Self.maskingCredentials(in: text)
        text = Self.maskingRest(after: "authorization:", in: text, upTo: [0x0A, 0x0D])
        return Self.maskingRest(after: "bearer ", in: text, upTo: [0x0A, 0x0D, 0x20, 0x22, 0x27, 0x2C])
    }

    /// `scheme://user:password@host` becomes `scheme://****:****@host`, as k6 does in its `url` label (k6 §7.4).
    public static func maskingCredentials(in text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            out.append(bytes[index])
            index += 1
            guard out.suffix(3).elementsEqual("://".utf8) else { continue }
            // The authority ends at the first of these; credentials end at its last "@".
            let end = bytes[index...].firstIndex { "/?# \"\n".utf8.contains($0) } ?? bytes.count
            if let at = bytes[index..<end].lastIndex(of: UInt8(ascii: "@")) {
                out += Array("\(mask):\(mask)@".utf8)
                index = at + 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func replacing(_ secret: String, in text: String) -> String {
        let bytes = Array(text.utf8)
        let needle = Array(secret.utf8)
        guard bytes.count >= needle.count else { return text }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: needle) {
                out += Array(mask.utf8)
                index += needle.count
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Masks what follows `marker` (lower case, matched in any case) up to one of `stops`.
    private static func maskingRest(after marker: String, in text: String, upTo stops: [UInt8]) -> String {
        let bytes = Array(text.utf8)
        let needle = Array(marker.utf8)
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard lower[index...].starts(with: needle) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            out += bytes[index..<(index + needle.count)]
            index += needle.count
            let end = bytes[index...].firstIndex { stops.contains($0) } ?? bytes.count
            if bytes[index..<end].contains(where: { $0 != 0x20 }) {
                out += needle.last == 0x20 ? Array(mask.utf8) : Array(" \(mask)".utf8)
                index = end
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
