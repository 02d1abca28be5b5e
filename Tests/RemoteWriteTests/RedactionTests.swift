// That no secret of a receiver's configuration reaches a log, in whatever form the receiver's answer repeats it.

import Base
import Testing

@testable import RemoteWrite

@Suite struct RedactionTests {
    @Test func blanksOutSecretsAndKeepsOneLine() {
        let redactor = Redactor(secrets: ["pass", "dXNlcjpwYXNz", "password1", ""])
        #expect(redactor.line("bad password1 or pass\nsecond") == "bad **** or ****")
        #expect(redactor.line("Basic dXNlcjpwYXNz\r\n") == "Basic ****")
        #expect(redactor.line("\n\u{1b}[31mred\u{7}") == "[31mred")
        #expect(redactor.line(String(repeating: "a", count: 500)).count == 201)
    }

    @Test func base64() {
        #expect(Base64.encode(Array("user:pass".utf8)) == "dXNlcjpwYXNz")
        #expect(Base64.encode(Array("a".utf8)) == "YQ==")
        #expect(Base64.encode(Array("ab".utf8)) == "YWI=")
        #expect(Base64.encode([]) == "")
    }
}
