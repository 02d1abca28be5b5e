// What all our clients of libcurl have in common: its start, and what every handle of theirs is told. Whom they trust is
// ``TrustStore``; proxies, TLS versions and redirects differ on purpose (the load goes where Go's rules say, pushes go
// nowhere else), and stand with each.

internal import CLibcurl

package enum Libcurl {
    /// Whether libcurl could be initialised, which it wants once per process before any other call; its own lazy call is
    /// the same but not documented as safe to race with another client's.
    package static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// No signals (a name lookup's time limit would be one), and http or https whatever a URL or a redirect says.
    ///
    /// - Returns: libcurl's code, 0 when all is well.
    package static func setUp(_ easy: UnsafeMutableRawPointer) -> UInt32 {
        let codes = [
            sml_easy_set_long(easy, CURLOPT_NOSIGNAL, 1),
            sml_easy_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
        ]
        return (codes.first { $0 != CURLE_OK } ?? CURLE_OK).rawValue
    }
}
