// What libcurl says about an answer's `Content-Encoding`. Asked only where the header watch has seen one, when the first
// byte of the body arrives.

import CLibcurl

extension ContentDecoder {
    /// Nil when the body of `easy`'s answer is to be taken as it is: no coding is named that we undo, or it is the body
    /// of a redirect, which nobody reads.
    convenience init?(bodyOf easy: UnsafeMutableRawPointer) {
        guard !(300..<400).contains(sml_easy_get_long(easy, CURLINFO_RESPONSE_CODE)) else { return nil }
        var codings: [ContentCoding] = []
        var header: UnsafeMutablePointer<curl_header>?
        var index = 0
        while curl_easy_header(easy, "Content-Encoding", index, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let found = header
        {
            codings += ContentCoding.list(String(cString: found.pointee.value))
            index += 1
            guard index < found.pointee.amount else { break }
        }
        guard !codings.isEmpty else { return nil }
        self.init(codings)
    }
}
