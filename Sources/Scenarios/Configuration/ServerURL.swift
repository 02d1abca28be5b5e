// The server's address as SML uses it: text that `/v1/chat/completions` is appended to. Checked by hand, because only a
// few shapes make sense here and Foundation's URL accepts and repairs many more.

import Base

enum ServerURL {
    static let accepted = "an absolute http:// or https:// URL without user name, query or fragment"

    /// What SML assumes when nothing is said (k6 §3.1).
    static let standard = "http://localhost:8000"

    /// The URL without trailing slashes. Errors never repeat a URL that holds credentials.
    static func checked(_ field: Field) throws(ConfigurationError) -> String {
        var text = try field.text(accepted)
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw field.rejected(accepted) }
        while text.hasSuffix("/"), text.count > scheme.count { text.removeLast() }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") {
            throw ConfigurationError(
                .configuration,
                "\(field.file): \(field.path): a URL with credentials would show them in logs; use api_key")
        }
        guard hasHostAndPort(authority), !text.contains("?"), !text.contains("#"), !text.contains("\\") else {
            throw field.rejected(accepted)
        }
        return text
    }

    private static func hasHostAndPort(_ authority: Substring) -> Bool {
        var rest = authority
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]"), rest[rest.startIndex..<close].count > 2 else { return false }
            rest = rest[rest.index(after: close)...]
            if rest.isEmpty { return true }
        } else {
            let host = rest.prefix { $0 != ":" }
            let isHost = host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
            guard !host.isEmpty, isHost else { return false }
            rest = rest.dropFirst(host.count)
            if rest.isEmpty { return true }
        }
        guard rest.first == ":", rest.count <= 6, let port = UInt16(rest.dropFirst()) else { return false }
        return port > 0
    }
}
