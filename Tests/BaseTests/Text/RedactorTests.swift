// In whatever form a server, a proxy or a library writes a secret down, it comes out as `****`.

import Foundation
import Testing

@testable import Base
@testable import Scenarios

@Suite struct RedactorTests {
    /// With what keys consist of, and what has to be escaped somewhere.
    static let key = "sk-Ab9/x+Yz=_q&7"
    private let redactor = Redactor(secrets: [Self.key])

    /// Made by Foundation and by hand, not by the code under test.
    static var forms: [(name: String, text: String)] {
        let bytes = Data(key.utf8)
        let hex: [String] = bytes.map { String(format: "%02x", $0) }
        let percent: String = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let base64: String = bytes.base64EncodedString()
        func replaced(_ text: String, _ part: String, _ other: String) -> String { text.replacingOccurrences(of: part, with: other) }
        var forms: [(name: String, text: String)] = []
        func add(_ name: String, _ text: String) { forms.append((name, text)) }
        add("itself", key)
        add("lower case", key.lowercased())
        add("upper case", key.uppercased())
        add("percent", percent)
        add("percent, lower case", percent.lowercased())
        add("percent twice", replaced(percent, "%", "%25"))
        add("every byte percent", hex.map { "%" + $0 }.joined())
        add("hex", hex.joined())
        add("HEX", hex.joined().uppercased())
        add("hex with colons", hex.joined(separator: ":"))
        add("hex with blanks", hex.joined(separator: " "))
        add("\\x", hex.map { "\\x" + $0 }.joined())
        add("JSON", replaced(key, "/", "\\/"))
        add("JSON \\u", hex.map { "\\u00" + $0 }.joined())
        add("HTML", replaced(key, "&", "&amp;"))
        add("HTML by number", replaced(replaced(key, "+", "&#43;"), "=", "&#x3D;"))
        add("Base64", base64)
        add("Base64 without padding", replaced(base64, "=", ""))
        add("Base64, percent", replaced(replaced(base64, "=", "%3D"), "+", "%2B"))
        for user in ["", "u", "us", "user", "somebody"] {
            let pair = Data("\(user):\(key)".utf8).base64EncodedString()
            add("Basic \(user)", pair)
            add("Basic \(user) for URLs", replaced(replaced(replaced(pair, "+", "-"), "/", "_"), "=", ""))
            add("JSON of \(user) in Base64", Data("{\"\(user)\":\"\(key)\"}".utf8).base64EncodedString())
        }
        return forms
    }

    @Test(arguments: forms.map(\.name)) func everyFormIsHidden(_ name: String) throws {
        let form = try #require(Self.forms.first { $0.name == name }).text
        for (before, after) in [("", ""), ("bad key '", "' given"), ("x=", "&y=1"), ("key ", "\nnext")] {
            let shown = redactor.redact(before + form + after)
            #expect(shown.hasPrefix(before) && shown.hasSuffix(after) && shown.contains("****"), "\(shown)")
            // Nothing that the key alone decides is left: of Base64 only what was around it.
            let rest = shown.dropFirst(before.count).dropLast(after.count).replacingOccurrences(of: "****", with: "")
            #expect(!Self.holds(rest, partOf: form, before: before), "\(form) became \(shown)")
        }
    }

    /// Whether text of ten characters from the second half of `form`, where the key is in every form, is in `rest`.
    private static func holds(_ rest: String, partOf form: String, before: String) -> Bool {
        let half = Array(form).suffix(form.count / 2).dropLast(8)
        guard half.count >= 10 else { return rest.contains(String(half)) && !half.isEmpty }
        return (half.startIndex...(half.endIndex - 10)).contains { rest.contains(String(half[$0..<($0 + 10)])) }
    }

    @Test func aTextCutInsideTheKeyShowsNoneOfIt() {
        for count in 6...Self.key.utf8.count {
            #expect(redactor.redact("bad key " + Self.key.prefix(count)) == "bad key ****")
        }
        let base64 = Data("user:\(Self.key)".utf8).base64EncodedString()
        let shown = redactor.redact("Basic " + base64.prefix(20))
        #expect(shown.hasSuffix("****") && shown.count < 20, "\(shown)")
    }

    /// What an escape begins with may be in the secret itself.
    @Test func aSecretMayHaveEscapesInIt() {
        for secret in ["pa%25ss&amp;wd", "pa\\u0041ss\\wd", "100%-secret"] {
            let redactor = Redactor(secrets: [secret])
            let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let json = secret.replacingOccurrences(of: "\\", with: "\\\\")
            #expect(redactor.redact("a \(secret) b \(percent) c \(json) d") == "a **** b **** c **** d", "\(secret)")
        }
    }

    @Test func otherTextStays() {
        let text = "status 401: {\"error\":\"no such key\",\"hint\":\"100%25 + 0x73 &amp; \\u00e9 dXNlcjpwYXNz 736b2d\"} \u{e9}"
        #expect(redactor.redact(text) == text)
        #expect(Redactor().redact(text) == text)
    }

    /// With local servers anything will do as a key, and it is in every text.
    @Test(arguments: [
        ("x", "expected x, got xx", "expected x, got xx"),
        ("sk", "sk-learn asks", "sk-learn asks"),
        ("EMPTY", "the answer is EMPTY, not EMPTYISH or empty", "the answer is ****, not EMPTYISH or empty"),
        ("none", "nonesuch: none.", "nonesuch: ****."),
        ("token123", "TOKEN123, xtoken1234", "****, x****4"),
    ])
    func aShortKeyIsHiddenOnlyAsAWord(_ key: String, _ text: String, _ shown: String) {
        #expect(Redactor(secrets: [key]).redact(text) == shown)
        // What follows here is one, however short.
        #expect(Redactor(secrets: [key]).redact("Authorization: Bearer \(key)") == "Authorization: ****")
    }

    @Test func aLongerSecretGoesAsAWhole() {
        let redactor = Redactor(secrets: ["password", "password1", nil, ""])
        #expect(redactor.redact("password1 password") == "**** ****")
    }

    @Test func aLineIsRedactedBeforeItIsCutAndAfterTheInvisibleIsGone() {
        #expect(redactor.line("\n \nbad \u{1b}[31mkey sk-Ab9/\u{200b}x+Yz\u{7}=_q&7!\nsecond") == "bad [31mkey ****!")
        #expect(
            redactor.line(String(repeating: "a", count: 190) + " " + Self.key, limit: 200) == String(repeating: "a", count: 190) + " ****")
        #expect(redactor.line(String(repeating: "a", count: 500), limit: 200).count == 201)
    }
}

@Suite struct PrintableTests {
    /// What a terminal obeys, what turns the direction, what shows as nothing, and other ends of lines.
    @Test(
        arguments: [
            0x00, 0x07, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x061C, 0x115F, 0x180E, 0x200B, 0x200E, 0x2028, 0x2029, 0x202A, 0x202E,
            0x2060,
            0x2066, 0x2069, 0x3164, 0xFEFF, 0xFFF9, 0xE0041,
        ] as [UInt32])
    func isShownByItsNumber(_ value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect(!scalar.isPrintable)
        #expect(OneLine.escaped("a\(scalar)b") == "a\\u{\(String(value, radix: 16))}b")
        let first = OneLine.first(of: "a \(scalar)")
        #expect(first.unicodeScalars.allSatisfy { $0.isPrintable })
        #expect(!PrintableText.isAccepted("a\(scalar)b"))
        #expect(OneLine.lines("a\n\(scalar)\tb") == (value == 0x0A ? "a\n\n\tb" : "a\n\\u{\(String(value, radix: 16))}\tb"))
    }

    @Test(arguments: ["", "plain", "é ü ß", "日本語", "↑ … — ≤", "שלום", "❤\u{FE0F}", "𝔘"])
    func isShownAsItself(_ text: String) {
        #expect(OneLine.escaped(text) == text && OneLine.lines(text) == text && OneLine.first(of: text) == text)
        #expect(PrintableText.isAccepted(text))
    }

    @Test func namesMayBeJoined() {
        let family = "\u{1F468}\u{200D}\u{1F469}"
        #expect(PrintableText.isAccepted(family) && PrintableText.isAccepted("می\u{200C}خواهم"))
        #expect(OneLine.escaped(family) == "\u{1F468}\\u{200d}\u{1F469}")
    }
}
