// The plan's URL, parsed once for the run. Given as text, libcurl 7.88 takes it apart and puts it together again for
// every request: 12,500 of the 74,000 instructions that a request with our options costs in libcurl.

import CLibcurl

/// A URL in libcurl's parsed form.
final class ParsedURL {
    let handle: OpaquePointer

    /// `nil` when libcurl does not take `text` for a URL.
    init?(_ text: String) {
        guard let handle = curl_url() else { return nil }
        guard curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK else {
            curl_url_cleanup(handle)
            return nil
        }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }
}
