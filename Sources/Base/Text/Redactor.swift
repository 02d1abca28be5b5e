// Keeps secrets out of everything that is written down or shown. Error texts, redirect targets and answers are chosen by
// servers, which may echo what we sent them. Used on texts of failures only, never on the way of a good request.

/// Replaces secrets in text by `****`.
package struct Redactor: Sendable {
    package static let mask = "****"
    private let secrets: [SecretForms]

    /// - Parameter secrets: texts to hide wherever they occur, e.g. the API key, in whatever form (see ``SecretForms`` for
    ///   short ones). Absent and empty ones are ignored.
    package init(secrets: [String?] = []) {
        // Longest first, so that one secret containing another is hidden whole.
        self.secrets = Set(secrets.compactMap { $0 }).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
            .compactMap(SecretForms.init)
    }

    /// `text` without the secrets, without credentials in URLs, without what follows `Authorization:` or `Bearer `.
    package func redact(_ text: String) -> String {
        var text = text
        if !secrets.isEmpty { text = hidingSecrets(in: Array(text.utf8)) }
        text = Self.maskingCredentials(in: text)
        text = Self.maskingRest(after: "authorization:", in: text, upTo: [0x0A, 0x0D])
        return Self.maskingRest(after: "bearer ", in: text, upTo: [0x0A, 0x0D, 0x20, 0x22, 0x27, 0x2C])
    }

    /// The first line of `text` with something in it, fit for a terminal: redacted, without what is not printable, of at
    /// most `limit` scalars.
    package func line(_ text: String, limit: Int = 200) -> String {
        // Redacted after the invisible is gone, because a secret may only be one without it, and before the cut.
        OneLine.cut(redact(OneLine.plainFirst(of: text)), limit)
    }

    /// All of `text` as one line of at most `limit` bytes: redacted, white space as one blank, nothing that a terminal obeys.
    package func words(_ text: String, limit: Int) -> String {
        let line = redact(OneLine.squeezed(text))
        guard line.utf8.count > limit else { return line }
        var cut = line.unicodeScalars
        var count = line.utf8.count
        while count > limit - 3, let last = cut.popLast() { count -= UTF8.width(last) }
        return String(cut) + "…"
    }

    private func hidingSecrets(in bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        // A form's first character may be half another's; what was taken over is then taken back.
        var taken = 0
        var index = 0
        while index < bytes.count {
            guard let range = secrets.lazy.compactMap({ $0.match(bytes, at: index) }).first else {
                index += 1
                continue
            }
            out += bytes[taken..<max(taken, range.lowerBound)] + Array(Self.mask.utf8)
            index = range.upperBound
            taken = index
        }
        return String(decoding: out + bytes[taken...], as: UTF8.self)
    }

    /// `scheme://user:password@host` becomes `scheme://****:****@host`, as k6 does in its `url` label (k6 §7.4).
    package static func maskingCredentials(in text: String) -> String {
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
