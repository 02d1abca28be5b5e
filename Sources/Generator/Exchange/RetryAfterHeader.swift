// How long a server wants to be left alone. libcurl has a figure for it, but it is in whole seconds, and its 0 is both "at
// once" and "not said"; some versions cut it to six hours.

import CLibcurl
import Glibc

enum RetryAfterHeader {
    /// Longer than any plan; sums with an instant of a run do not overflow.
    static let longest: Int64 = 1 << 60

    /// Nanoseconds that `text`, a header's value, asks for: seconds (RFC 9110 has whole ones; gateways send `1.5` and `0.2` too),
    /// or a date, which asks for nothing when it is past.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: nil for what is neither.
    static func nanoseconds(_ text: String, now: Int) -> Int64? {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
        if isNumber, let seconds = Double(text) { return Int64(min(seconds * 1e9, Double(longest))) }
        let date = curl_getdate(text, nil)
        return date < 0 ? nil : Int64(min(Double(max(0, date - now)) * 1e9, Double(longest)))
    }

    /// What the answer of `easy` asks for, nanoseconds; -1 if it says nothing that can be read.
    static func nanoseconds(of easy: UnsafeMutableRawPointer) -> Int64 {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, "Retry-After", 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK, let value = header?.pointee.value
        else { return -1 }
        return nanoseconds(String(cString: value), now: time(nil)) ?? -1
    }
}
