// What we take a URL for and what libcurl takes it for are the same, so that what is checked, resolved and compared is what
// is connected to. libcurl's own reader is asked about each row.

import Base
import CLibcurl
import Testing

struct URLAgreementTests {
    /// Scheme, host without brackets, and port as libcurl sees them; nil when it refuses the text, or for another scheme.
    private func libcurl(_ text: String) -> [String]? {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https",
            let host = part(CURLUPART_HOST), let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))
        else { return nil }
        return [scheme, host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, port]
    }

    @Test(arguments: [
        "http://h", "https://h", "HTTP://Example.org", "hTTps://h:8443/x?y#z", "http://h:", "http://h:/x", "http://h:0/", "http://h:65535",
        "http://h:65536", "http://h:99999999999", "http://h:+1", "http://h:-1", "http://h:1x", "http://h:x", "http://h:00080/",
        "http://[::1]:81/x", "http://[::1]", "http://[::1", "http://[]", "http://[x]", "http://[::1]x", "http://[::1]:", "http://::1/",
        "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]:8/", "http://[fe80::1%25]/",
        "http://u@h", "http://u:p@h:1/", "http://u:p:q@h", "http://u@v@h", "http://@h", "http://:@h", "http://u:p@", "http://u:p@/x",
        "http:h", "http:/h", "http:///h", "http:////h", "http://", "http:///", "http://?x", "http://#x", "http:", "://h", "//h", "/v1", "h",
        "h:8000", "localhost:8000", "ftp://h/", "file:///etc/passwd", "javascript:alert(1)", "httpx://h", "http+x://h",
        "http://h?x=1", "http://h#x", "http://h/?#", "http://h?x/y@z", "http://h#@z", "http://h/@z", "http://h/a?b@c:1",
        "http://h x", "http://h\tx", "http://h\u{1}", "http://h/ x", " http://h", "http://h\u{7F}", "http://h/\u{7F}",
        "http://h\\x", "http://h\\@x", "http://h!", "http://h$", "http://h'", "http://h\"", "http://h^", "http://h`", "http://h*",
        "http://h<>", "http://h=", "http://h;", "http://h,", "http://h&", "http://h()", "http://h+", "http://h{}", "http://h~",
        "http://h_x-y.z.", "http://.", "http://h.", "http://-h", "http://%68", "http://%6c%6Fcalhost:1",
        "http://h%20x", "http://h%2fx", "http://h%40x", "http://h%00", "http://h%0a", "http://ü.org/", "http://xn--tda.org",
        "http://h%c3%bc",
        "http://127.0.0.1:1/a/../b", "http://1.2.3.4.5", "http://256.1.1.1", "http://h/\u{FC}",
    ])
    func bothSayTheSame(_ text: String) {
        let ours = HTTPURL(text).map { [$0.scheme.rawValue, $0.host, String($0.port)] }
        #expect(ours == libcurl(text), "\(text)")
    }

    /// libcurl 7.88 lets these through and asks the resolver for them; later versions refuse them, as we do.
    @Test(arguments: ["http://h|", "http://h%", "http://h%4", "http://h%zz"]) func hostsThatCannotBe(_ text: String) {
        #expect(HTTPURL(text) == nil)
    }

    /// Addresses in other spellings than dotted decimal are the one difference: libcurl rewrites them, we leave them to the
    /// resolver, which knows them too.
    @Test(arguments: [("http://0x7f.1/", "0x7f.1"), ("http://2130706433:80", "2130706433"), ("http://0177.0.0.1", "0177.0.0.1")])
    func otherSpellingsOfAddressesStay(_ text: String, _ host: String) {
        #expect(HTTPURL(text)?.host == host && libcurl(text)?[1] == "127.0.0.1")
    }
}
