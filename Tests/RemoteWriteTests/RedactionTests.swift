// That no secret and no control character of a receiver's answer reaches a log.

import Testing

@testable import RemoteWrite

@Suite struct RedactionTests {
    @Test func blanksOutSecretsAndKeepsOneLine() {
        let redaction = Redaction(["pass", "dXNlcjpwYXNz", "password1", ""])
        #expect(redaction.line("bad password1 or pass\nsecond") == "bad **** or ****")
        #expect(redaction.line("Basic dXNlcjpwYXNz\r\n") == "Basic ****")
        #expect(redaction.line("\n\u{1b}[31mred\u{7}") == "[31mred")
        #expect(redaction.line(String(repeating: "a", count: 500)).count == 200)
    }

    @Test func base64() {
        #expect(Base64.encode(Array("user:pass".utf8)) == "dXNlcjpwYXNz")
        #expect(Base64.encode(Array("a".utf8)) == "YQ==")
        #expect(Base64.encode(Array("ab".utf8)) == "YWI=")
        #expect(Base64.encode([]) == "")
    }
}
