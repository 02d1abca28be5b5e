// Strings and numbers come out as JavaScript writes them.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct JSONTextTests {
    @Test(arguments: [
        ("1.0", "1"), ("1e3", "1000"), ("0", "0"), ("-0", "0"), ("-0.0", "0"), ("1.50", "1.5"), ("0.1", "0.1"),
        ("1e21", "1e+21"), ("1e20", "100000000000000000000"), ("123456789012345678", "123456789012345680"),
        ("1e-6", "0.000001"), ("1e-7", "1e-7"), ("1.5e-9", "1.5e-9"), ("-2.5E+2", "-250"), ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"), ("0.30000000000000004", "0.30000000000000004"),
        ("9007199254740993", "9007199254740992"), ("100", "100"), ("12345.678", "12345.678"),
    ])
    func numbers(_ text: String, _ expected: String) {
        #expect(JSONText.javaScriptNumber(text) == expected)
    }

    @Test func numberBeyondADouble() { #expect(JSONText.javaScriptNumber("1e999") == nil) }

    @Test func quoting() {
        #expect(JSONText.quoted("a\"\\\n\t\u{8}\u{c}\r\u{1}/é\u{2028}<😀") == #""a\"\\\n\t\b\f\r\u0001/é"# + "\u{2028}<😀\"")
        #expect(JSONText.quoted("é😀", escaping: .nonASCII) == #""\u00e9\ud83d\ude00""#)
    }

    @Test func decoding() throws {
        #expect(try JSON.parse(#""\u00e9\ud83d\ude00\/\"""#) == .string("é😀/\""))
        #expect(try JSON.parse(#""\ud83dx""#) == .string("\u{FFFD}x"))
    }

    @Test func refusesRepeatedKeys() {
        #expect(throws: JSONError.self) { try JSON.parse(#"{"a":1,"b":{"c":1,"c":2}}"#) }
        #expect(throws: JSONError.self) { try JSON.parse(#"{"a":1,"\u0061":2}"#) }
    }

    @Test func keepsOrderAndSpelling() throws {
        let text = #"{"z":1.50,"a":[1e3,"x"],"m":{}}"#
        #expect(try JSON.parse(text).json() == text)
    }

    /// The examples of RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, "\"bar\"", "\"bar\""),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func mergePatch(_ target: String, _ patch: String, _ result: String) throws {
        #expect(try JSON.parse(target).merging(JSON.parse(patch)) == JSON.parse(result))
    }
}
