// Proxies by Go's rules, as its golang.org/x/net/http/httpproxy documents them and its own test has them (read in November
// 2026): the rows are its facts. What we do on purpose otherwise stands apart at the end.

import Base
import LibcurlClient
import Testing

struct ProxyRulesTests {
    private func proxy(_ url: String, _ environment: [String: String]) throws -> String? {
        try ProxyRules(environment).proxy(for: #require(HTTPURL(url)))
    }

    /// Whether `url` goes through a proxy that both schemes have.
    private func isProxied(_ url: String, except list: String) throws -> Bool {
        try proxy(url, ["HTTP_PROXY": "proxy", "HTTPS_PROXY": "proxy", "NO_PROXY": list]) != nil
    }

    @Test(
        arguments: [
            (["HTTP_PROXY": "127.0.0.1:8080"], "http://example.com", "127.0.0.1:8080"),
            (["HTTP_PROXY": "cache.corp.example.com:1234"], "http://example.com", "cache.corp.example.com:1234"),
            (["HTTP_PROXY": "localhost"], "http://example.com", "localhost"),
            (["HTTP_PROXY": "https://cache.corp.example.com"], "http://example.com", "https://cache.corp.example.com"),
            (["HTTP_PROXY": "http.tld", "HTTPS_PROXY": "secure.tld"], "http://insecure.tld/", "http.tld"),
            (["HTTP_PROXY": "http.tld", "HTTPS_PROXY": "secure.tld"], "https://secure.tld/", "secure.tld"),
            (["HTTP_PROXY": "http.tld"], "https://secure.tld/", nil),
            ([:], "http://example.com", nil),
            // The name in capitals wins, an empty one is none.
            (["HTTP_PROXY": "upper", "http_proxy": "lower"], "http://example.com", "upper"),
            (["HTTP_PROXY": "", "http_proxy": "lower"], "http://example.com", "lower"),
            (["https_proxy": "lower", "no_proxy": "other"], "https://example.com", "lower"),
            (["https_proxy": "lower", "NO_PROXY": "", "no_proxy": "example.com"], "https://example.com", nil),
            (["ALL_PROXY": "all", "all_proxy": "all"], "http://example.com", nil),
            // Of HTTPS_PROXY a web server's client cannot decide.
            (["HTTPS_PROXY": "secure.tld", "REQUEST_METHOD": "GET"], "https://secure.tld/", "secure.tld"),
            (["HTTP_PROXY": "http.tld", "REQUEST_METHOD": ""], "http://example.com", "http.tld"),
            // The names behind a SOCKS proxy are its own to look up: libcurl's word for that is socks5h.
            (["HTTP_PROXY": "socks5://127.0.0.1"], "http://example.com", "socks5h://127.0.0.1"),
            (["HTTP_PROXY": "SOCKS5://u:p@[::1]:9"], "http://example.com", "socks5h://u:p@[::1]:9"),
        ] as [([String: String], String, String?)])
    func theSchemeDecides(_ environment: [String: String], _ url: String, _ expected: String?) throws {
        #expect(try proxy(url, environment) == expected)
    }

    static let list =
        "foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, "
        + "2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64"

    static let hosts: [(String, Bool)] = [
        ("localhost", false), ("127.0.0.1", false), ("127.0.0.2", false), ("[::1]", false), ("[::2]", true),
        ("192.168.1.1", false), ("192.168.1.2", true), ("192.168.1.3", false), ("192.168.1.4", true), ("10.0.0.2", false),
        ("[2001:db8::52:0:1]", false), ("[2001:db8::52:0:2]", true), ("[2001:db8::52:0:3]", false), ("[2002:db8:a::123]", false),
        ("[fe80::424b:c8be:1643:a1b6]", true),
        ("barbaz.net", true), ("www.barbaz.net", false), ("foobar.com", false), ("www.foobar.com", false), ("foofoobar.com", true),
        ("baz.com", true), ("localhost.net", true), ("local.localhost", true), ("barbarbaz.net", true), ("wildcard.io", true),
        ("nested.wildcard.io", false), ("awildcard.io", true),
    ]

    @Test(arguments: hosts) func exceptions(_ host: String, _ isProxied: Bool) throws {
        #expect(try self.isProxied("http://\(host)", except: Self.list) == isProxied)
        // A star anywhere in the list is everything.
        for list in ["*", "a,*", "*, a", " * ", "10.0.0.1,*,b"] { #expect(try !self.isProxied("http://\(host)", except: list)) }
    }

    @Test(arguments: [
        ("http://example.com/", "example.com", false), ("http://example.com/", ".example.com", true),
        ("http://example.com/", "ample.com", true), ("http://foo.example.com/", "example.com", false),
        ("http://example.com/", ".foo.com", true), ("http://EXAMPLE.com/", "Example.COM", false),
        ("http://[1000::1%25.example.com]:123", "example.com", true),
        ("http://www.示例.com", ".示例.com", false), ("http://www.xn--fsq092h.com", "xn--fsq092h.com", false),
        // Ports: none given is every port; of a URL the scheme's.
        ("https://example.com", "example.com:443", false), ("https://example.com", "example.com:80", true),
        ("http://example.com:8000", "example.com:8000", false), ("http://example.com:8000", "example.com", false),
        ("https://a.example.com", "*.example.com:443", false), ("https://[2001:db8::1]", "[2001:db8::1]:443", false),
        ("https://[2001:db8::1]", "2001:DB8:0::1", false),
        // Networks.
        ("http://10.1.2.3", "10.0.0.0/8", false), ("http://11.1.2.3", "10.0.0.0/8", true), ("http://10.1.2.3", "0.0.0.0/0", false),
        ("http://[fd00::1]", "0.0.0.0/0", true), ("http://10.1.2.3", "::/0", true), ("http://[fd00::1]", "fc00::/7", false),
        ("http://10.0.0.3", "10.0.0.2/31", false), ("http://10.0.0.4", "10.0.0.2/31", true), ("http://10.0.0.3", "10.0.0.3/32", false),
        ("http://10.0.0.1", "::ffff:10.0.0.0/104", false), ("http://[::ffff:10.0.0.1]", "10.0.0.0/8", false),
        // Entries that mean nothing are passed over.
        ("http://example.com", ":1", true), ("http://example.com", ",, ,", true), ("http://10.0.0.1", "10.0.0.0/33", true),
        ("http://10.0.0.1", "10.0.0.0/x", true), ("http://10.0.0.1", "10.0.0.0/-1", true), ("http://10.0.0.1", "010.0.0.1", true),
        ("http://example.com", "exam*.com", true), ("http://example.com", "[example.com", true),
    ])
    func oneException(_ url: String, _ exception: String, _ isProxied: Bool) throws {
        #expect(try self.isProxied(url, except: exception) == isProxied)
        #expect(try self.isProxied(url, except: "other.invalid, \(exception) ,10.9.9.9:1") == isProxied)
    }

    /// Who listens on this machine is reached without help, whatever its address is called.
    @Test(arguments: ["localhost", "LOCALHOST", "127.8.0.1", "[::ffff:127.0.0.1]"]) func thisMachineIsNeverProxied(_ host: String) throws {
        #expect(try !isProxied("http://\(host):8000", except: ""))
    }

    @Test func aWebServersClientDoesNotChooseTheProxy() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try proxy("http://example.com", ["http_proxy": "http://10.1.2.3:8080", "REQUEST_METHOD": "PUT"])
        }
        #expect(error?.description.hasPrefix("http_proxy: is not used where REQUEST_METHOD is set") == true)
    }

    // MARK: Not as Go

    /// Go knows that the two are one name. Here a name is the text of it: server URLs are ASCII.
    @Test func namesInOtherScriptsAreNotTranslated() throws {
        #expect(try isProxied("http://www.xn--fsq092h.com", except: "示例.com"))
    }

    @Test(arguments: ["http://a:1", "a:3128", "HTTPS://u:p@a:1/", "socks5h://[::1]:9", "socks4a://h", "socks4://h:1"])
    func aProxyIsAnAddress(_ text: String) throws {
        #expect(try proxy("http://x.org", ["http_proxy": text]) == text)
    }

    /// Go goes past a proxy that it cannot read, and hands one of an unknown scheme on. Here nothing starts.
    @Test(arguments: ["ftp://a", "http://", "://", "a b", "http://:secret@", "http://a:99999", String(repeating: "x", count: 5000)])
    func aValueThatIsNoProxyIsRefusedUnseen(_ text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try proxy("http://x.org", ["HTTP_PROXY": text]) }
        #expect(error?.description.hasPrefix("HTTP_PROXY: the value is not accepted") == true)
        #expect(error?.exitCode == 64 && error?.description.contains("secret") == false)
        #expect(try proxy("http://localhost", ["HTTP_PROXY": text]) == nil)
    }
}
