// The one reader of absolute http and https URLs: the server of a test, a receiver of series, FirecREST and its token
// server, proxies, redirects. Each has rules of its own on top; what a URL is stands here. It takes apart what libcurl takes
// apart, and alike (a test holds the two beside each other): what is checked, resolved and compared must be what is
// connected to. Foundation's URL repairs what it should refuse.

import Glibc

/// An absolute http or https URL in its parts, none of them decoded but the host.
package struct HTTPURL: Sendable, Equatable {
    package enum Scheme: String, Sendable {
        case http, https
        package var standardPort: UInt16 { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// Before the `@`, up to a colon; nil without an `@`.
    package let user: String?
    package let password: String?
    /// Host and port as written.
    package let authority: String
    /// A name, or an address without brackets; percent-decoded, without the zone of an IPv6 address.
    package let host: String
    /// As written, or the scheme's.
    package let port: UInt16
    /// From the slash on; empty when there is none.
    package let path: String
    /// Behind the `?`, nil when there is none.
    package let query: String?
    package let fragment: String?
    /// Written as the standard has it, with two slashes before the host. Nobody means one or three.
    package let isPlain: Bool

    package var isIPv6: Bool { authority.first == "[" }

    /// - Returns: nil for anything that libcurl would not connect to.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let colon = text.firstIndex(of: ":"),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { return nil }
        var rest = text[text.index(after: colon)...]
        // One to three slashes, as libcurl has it.
        let slashes = rest.prefix { $0 == "/" }.count
        guard 1...3 ~= slashes else { return nil }
        isPlain = slashes == 2
        rest = rest.dropFirst(slashes)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        var place = rest[..<end]
        var tail = rest[end...]

        var credentials: Substring?
        if let at = place.firstIndex(of: "@") {
            credentials = place[..<at]
            place = place[place.index(after: at)...]
        }
        guard let (host, port) = Self.split(place) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.standardPort
        authority = String(place)
        let separator = credentials?.firstIndex(of: ":")
        user = credentials.map { String($0[..<(separator ?? $0.endIndex)]) }
        password = credentials.flatMap { text in separator.map { String(text[text.index(after: $0)...]) } }
        fragment = Self.cut(&tail, at: "#")
        query = Self.cut(&tail, at: "?")
        path = String(tail)
    }

    /// Whatever stands behind the first `mark`, which goes with it.
    private static func cut(_ text: inout Substring, at mark: Character) -> String? {
        guard let index = text.firstIndex(of: mark) else { return nil }
        defer { text = text[..<index] }
        return String(text[text.index(after: index)...])
    }

    /// Host and port of what stands between credentials and path. A colon without a port is one without a colon.
    private static func split(_ place: Substring) -> (host: String, port: UInt16?)? {
        let host: String
        var rest: Substring
        if place.first == "[" {
            guard let close = place.firstIndex(of: "]") else { return nil }
            let inside = place[place.index(after: place.startIndex)..<close]
            let address = inside.prefix { $0 != "%" }
            var binary = in6_addr()
            guard inet_pton(AF_INET6, String(address), &binary) == 1, inside.count - address.count != 1 else { return nil }
            host = String(address)
            rest = place[place.index(after: close)...]
        } else {
            let name = place.prefix { $0 != ":" }
            guard let decoded = percentDecoded(name), !decoded.isEmpty, !decoded.unicodeScalars.contains(where: isNoHost) else {
                return nil
            }
            host = decoded
            rest = place.dropFirst(name.count)
        }
        if rest.isEmpty { return (host, nil) }
        guard rest.removeFirst() == ":", rest.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        if rest.isEmpty { return (host, nil) }
        return UInt16(rest).map { (host, $0) }
    }

    /// What libcurl refuses in a host.
    private static func isNoHost(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.value == 0x7F || "/:#?!@{}[]\\$'\"^`*<>=;,&()+%|".unicodeScalars.contains(scalar)
    }

    /// - Returns: nil for control characters and for what is no UTF-8 then. A `%` that begins nothing stays one.
    package static func percentDecoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                guard value >= 0x20 else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Whether a text that may be no URL has something before its host that looks like a password. An error must not
    /// repeat it.
    package static func mayHoldCredentials(_ text: String) -> Bool {
        let rest = text[(text.firstIndex(of: ":") ?? text.startIndex)...].drop { ":/".contains($0) }
        return rest.prefix { !"/?#".contains($0) }.contains("@")
    }

    // MARK: Text

    package enum Part: Sendable { case credentials, query, fragment }

    /// The URL without some of its parts; a path is never empty.
    package func text(without parts: Set<Part>) -> String {
        var text = scheme.rawValue + "://"
        if !parts.contains(.credentials), let user { text += user + (password.map { ":" + $0 } ?? "") + "@" }
        text += authority + (path.isEmpty ? "/" : path)
        if !parts.contains(.query), let query { text += "?" + query }
        if !parts.contains(.fragment), let fragment { text += "#" + fragment }
        return text
    }

    /// Whether `other` is the same server to a browser: same scheme, host and port.
    package func hasOrigin(of other: HTTPURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }
}
