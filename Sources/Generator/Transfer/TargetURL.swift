// The target URL taken apart by libcurl's own parser, so that what we resolve, pin and compare is exactly what
// libcurl will connect to.

import CLibcurl

/// Scheme, host and port of a URL.
struct TargetURL: Sendable, Equatable {
    var scheme: String
    /// Without brackets.
    var host: String
    var port: UInt16

    /// `nil` when `url` is not absolute or not http or https.
    init?(_ url: String) {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = Self.part(handle, CURLUPART_SCHEME), scheme == "http" || scheme == "https",
            let host = Self.part(handle, CURLUPART_HOST),
            let port = Self.part(handle, CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap(UInt16.init)
        else { return nil }
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Whether credentials for `self` may go to `other`: same scheme, host and port.
    func sharesCredentials(with other: TargetURL) -> Bool { self == other }
}
