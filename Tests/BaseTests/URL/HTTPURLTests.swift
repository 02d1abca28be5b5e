// The parts of a URL, and the text without some of them. Which texts are URLs at all is held against libcurl, where that is
// linked (GeneratorTests/Transfer/URLAgreementTests.swift).

import Base
import Testing

struct HTTPURLTests {
    @Test func parts() throws {
        let url = try #require(HTTPURL("HTTPS://us%65r:p%3Aw@Host.org:8443/a/b?x=1&y=/@#frag?#"))
        #expect(url.scheme == .https && url.host == "Host.org" && url.port == 8443 && url.authority == "Host.org:8443")
        #expect(url.user == "us%65r" && url.password == "p%3Aw")
        #expect(url.path == "/a/b" && url.query == "x=1&y=/@" && url.fragment == "frag?#")
        #expect(url.text(without: []) == "https://us%65r:p%3Aw@Host.org:8443/a/b?x=1&y=/@#frag?#")
        #expect(url.text(without: [.credentials, .fragment]) == "https://Host.org:8443/a/b?x=1&y=/@")
        #expect(url.text(without: [.credentials, .fragment, .query]) == "https://Host.org:8443/a/b")
    }

    @Test func absentParts() throws {
        let url = try #require(HTTPURL("http://[fe80::1%25eth0]"))
        #expect(url.host == "fe80::1" && url.isIPv6 && url.port == 80 && url.path.isEmpty && url.query == nil && url.fragment == nil)
        #expect(url.user == nil && url.password == nil && url.text(without: []) == "http://[fe80::1%25eth0]/")
        #expect(HTTPURL("http://u@h")?.password == nil && HTTPURL("http://:p@h")?.user == "")
        #expect(HTTPURL("http://h?")?.query == "" && HTTPURL("http://h?#")?.fragment == "")
    }

    @Test func origins() throws {
        let one = try #require(HTTPURL("http://a:80/x"))
        for (other, isSame) in [("http://a/y", true), ("https://a/y", false), ("http://a:81/y", false), ("http://b/y", false)] {
            #expect(try one.hasOrigin(of: #require(HTTPURL(other))) == isSame)
        }
    }

    @Test func decoding() {
        #expect(HTTPURL.percentDecoded("a%20b%C3%bc%") == "a bü%" && HTTPURL.percentDecoded("%4") == "%4")
        #expect(HTTPURL.percentDecoded("%0a") == nil && HTTPURL.percentDecoded("%ff") == nil)
    }

    @Test func whatMayHoldAPassword() {
        for text in ["http://u:p@h", "http://u:p@", "http:///u:p@h x", "x://u:p@h", "http://u:p@h\\"] {
            #expect(HTTPURL.mayHoldCredentials(text), "\(text)")
        }
        for text in ["http://h/@", "http://h?@", "http://h#@", "h:8000", "", "http://"] {
            #expect(!HTTPURL.mayHoldCredentials(text), "\(text)")
        }
    }
}
