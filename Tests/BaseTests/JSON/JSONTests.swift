// The one tree: what is kept of a text, what counts as equal, and both layouts, byte for byte.

import Foundation
import Testing

@testable import Base

struct JSONTests {
    @Test func numbersOfOursAreWrittenAsK6WritesThem() {
        let cases: [(JSON, String)] = [
            (.int(3), "3"), (.int(UInt64.max), "18446744073709551615"), (.double(3), "3"), (.double(-0.0), "0"), (.double(0.1), "0.1"),
            (.double(1e-7), "1e-07"), (.double(9_007_199_254_740_991), "9007199254740991"),
            (.double(9_007_199_254_740_992), "9007199254740992.0"), (.double(1e300), "1e+300"),
            (.double(.infinity), "null"), (.double(.nan), "null"),
        ]
        for (value, text) in cases { #expect(value.json() == text) }
        #expect(JSON.int(3) == .double(3))
    }

    @Test func valuesOfNumbers() throws {
        for text in ["3", "3.0", "3e0", "0.3e1"] {
            let value = try JSON.parse(text)
            #expect(value.integer == 3 && value.number == 3 && value.json() == text)
            #expect(value.canonical == .int(3) && (value == .int(3)) == (text == "3"))
        }
        #expect(try JSON.parse("9223372036854775807").integer == .max)
        #expect(try JSON.parse("3.5").integer == nil && JSON.parse("3.5").number == 3.5)
        #expect(try JSON.parse("1e999").number == nil && JSON.parse("1e999").canonical == .null)
        #expect(JSON.string("3").number == nil && JSON.bool(true).integer == nil)
    }

    @Test func orderCountsUnlessItIsMadeNotTo() throws {
        let one = try JSON.parse(#"{"b":[1.0,{"d":1,"c":2e1}],"a":null}"#)
        let other = try JSON.parse(#"{"a":null,"b":[1,{"c":20,"d":1}]}"#)
        #expect(one != other && one.canonical == other && other.canonical == other)
    }

    @Test func comesBackFromAnEncoderInItsCanonicalForm() throws {
        let value = try JSON.parse(#"{"z":1.50,"a":[true,null,"é\n",-0,1e3,12345678901234567890,0.1],"m":{"y":{},"x":[]}}"#)
        let back = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
        #expect(back == value.canonical)
        #expect(back.json() == #"{"a":[true,null,"é\n",0,1000,1.2345678901234567e+19,0.1],"m":{"x":[],"y":{}},"z":1.5}"#)
    }

    @Test func looksIntoWhatIsThere() throws {
        let value = try JSON.parse(#"{"a":{"b":[1,"x"]},"t":"text"}"#)
        #expect(value[path: "a", "b"]?.elements == [.int(1), .string("x")] && value[path: "t", "b"] == nil)
        #expect(value["t"]?.text == "text" && value["a"]?.text == nil && value["t"]?.elements == [] && value.elements == [])
        #expect(value.members.map(\.key) == ["a", "t"] && value["t"]?.members.isEmpty == true)
    }

    @Test func layouts() {
        let value = JSON.object([
            ("b", .array([.int(1), .double(0.1), .double(3), .null, .double(.infinity)])), ("a", .object([])),
            ("text", .string("\"\\\n\u{1}é\u{2028}")), ("yes", .bool(true)),
        ])
        let line = #"{"b":[1,0.1,3,null,null],"a":{},"text":"\"\\\n\u0001é"# + "\u{2028}" + #"","yes":true}"#
        #expect(String(decoding: value.bytes(indentation: nil), as: UTF8.self) == line && value.json() == line)
        let nested = JSON.object([.init("a", .array([.int(1)])), .init("b", .array([]))])
        let lines = "{\n  \"a\": [\n    1\n  ],\n  \"b\": []\n}"
        #expect(String(decoding: nested.bytes(indentation: 2), as: UTF8.self) == lines && nested.prettyJSON() == lines)
    }

    /// What each kind of text escapes of the same string.
    @Test func escapes() {
        let value = JSON.object([("\u{7F}\u{8}\u{C}\t", .string("é\u{85}\u{202E}😀"))])
        #expect(value.json() == "{\"\u{7F}\\b\\f\\t\":\"é\u{85}\u{202E}😀\"}")
        #expect(value.json(escaping: .nonASCII) == #"{"\u007f\b\f\t":"\u00e9\u0085\u202e\ud83d\ude00"}"#)
        #expect(value.prettyJSON() == "{\n  \"\\u007f\\b\\f\\t\": \"é\\u0085\\u202e😀\"\n}")
        #expect(String(decoding: value.bytes(indentation: nil), as: UTF8.self) == "{\"\\u007f\\u0008\\u000c\\t\":\"é\u{85}\u{202E}😀\"}")
    }
}
