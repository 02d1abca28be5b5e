// The server's address as SML uses it: text that `/v1/chat/completions` is appended to. Strict, because only a few shapes
// make sense here. What every OpenAI client calls its base URL, with `/v1` at the end, or the whole address of the API is
// what people have at hand, and means the same server.

import Base

package struct ServerURL {
    static let accepted = "an absolute http:// or https:// URL without user name, query or fragment"

    /// What SML assumes when nothing is said (k6 §3.1).
    static let standard = ServerURL(checked: "http://localhost:8000")

    /// Where the server's own paths begin: `/v1/…`, `/health`. Without trailing slashes.
    package let root: String
    /// The root, with `/v1` behind it where it was given.
    private let base: String

    private static let version = "/v1"

    /// - Parameter text: an accepted URL.
    private init(checked text: String) {
        var base = text.droppingSlashes
        let api = RequestCustomization.standardPath.dropFirst(Self.version.count)
        // Of the path only: a host may be called v1.
        var path = HTTPURL(String(base))?.path ?? ""
        if path.hasSuffix(RequestCustomization.standardPath) {
            base = base.dropLast(api.count)
            path = String(path.dropLast(api.count))
        }
        root = String(path.hasSuffix(Self.version) ? base.dropLast(Self.version.count) : base)
        self.base = String(base)
    }

    /// Errors never repeat a URL that holds credentials.
    init(_ field: Field) throws(ConfigurationError) {
        let text = try field.text(Self.accepted)
        guard !HTTPURL.mayHoldCredentials(text) else {
            throw ConfigurationError(
                .configuration,
                "\(field.file): \(field.path): a URL with credentials would show them in logs; use api_key")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let url = HTTPURL(String(text.droppingSlashes)), url.isPlain,
            url.query == nil, url.fragment == nil, url.port > 0, !url.authority.hasSuffix(":"), !text.contains("\\"),
            url.isIPv6 || url.authority.allSatisfy({ $0.isLetter || $0.isNumber || "-._:".contains($0) })
        else { throw field.rejected(Self.accepted) }
        self.init(checked: text)
    }

    /// The root of what has been accepted before.
    package static func root(of text: String) -> String { ServerURL(checked: text).root }

    /// Its scheme is https.
    var isSecure: Bool { HTTPURL(base)?.scheme == .https }

    /// The address of one of its paths. `/v1` is not said twice when both the base and the path have it.
    func address(of path: String) -> String { (path.hasPrefix(Self.version + "/") ? root : base) + path }
}

extension String {
    fileprivate var droppingSlashes: Substring {
        var text = self[...]
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
