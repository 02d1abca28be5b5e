// The scanner accepts exactly RFC 8259 with valid UTF-8, and survives anything.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct JSONScannerTests {
    private func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { raw in
            var scanner = JSONScanner(raw)
            do {
                try scanner.skipValue()
                try scanner.finish()
                return true
            } catch {
                return false
            }
        }
    }

    @Test(arguments: [
        "null", "true", " false ", "0", "-0", "10", "1.5", "1e3", "1E+3", "-2.5e-10", "\"\"", "\"a\"", "[]", "{}",
        "[1,2,[3]]", "{\"a\":{\"b\":[]},\"c\":null}", "\t\r\n[ ]\n", #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, #""\ud800""#,
        "\"päßwörd – 漢字 😀\"", "\"long enough to go through the sixteen byte path, twice or more, and a bit\"",
        "[\"a\",{\"k\" : 1 , \"l\":[true,false,null]}]",
    ])
    func acceptsValid(_ text: String) {
        #expect(isJSON(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "nul", "True", "01", "+1", ".5", "1.", "1e", "-", "--1", "0x10", "NaN", "Infinity", "\"", "\"a", "'a'",
        "[1,]", "[,1]", "[1 2]", "[", "]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{1:2}", "[1]]", "1 2",
        "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "\"a\nb\"", "\"aaaaaaaaaaaa\u{1}aaa\"", "// c\n1", "[1}", "{\"a\":1]",
        "{\"a\" 1}", "{\"a\":1 \"b\":2}",
    ])
    func refusesInvalid(_ text: String) {
        #expect(!isJSON(Array(text.utf8)))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xFE],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3, 0x28], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func refusesMalformedUTF8(_ bytes: [UInt8]) {
        for padding in 0...9 {
            let filler = [UInt8](repeating: 0x61, count: padding)
            #expect(!isJSON([0x22] + filler + bytes + filler + [0x22]))
        }
    }

    /// Strings are passed many bytes at a time: what ends or forbids one is found wherever it stands, and whatever follows.
    @Test(arguments: [0, 1, 15, 16, 17, 40]) func seesEachByteWhereverItStands(behind: Int) throws {
        for before in 0...40 {
            let filler = [UInt8](repeating: UInt8(ascii: "a"), count: before)
            let rest = [UInt8](repeating: UInt8(ascii: " "), count: behind)
            for byte in UInt8.min...UInt8.max where byte < 0x80 {
                let isForbidden = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                #expect(isJSON([0x22] + filler + [byte, UInt8(ascii: "q"), 0x22] + rest) != isForbidden, "\(byte) behind \(before)")
            }
            let text = [0x22] + filler + [UInt8(ascii: "\""), UInt8(ascii: ",")] + rest
            let string = try text.withUnsafeBytes { raw throws(JSONError) in
                var scanner = JSONScanner(raw)
                return try scanner.string()
            }
            #expect(string == JSONString(range: 1..<1 + before, hasEscapes: false))
        }
    }

    /// Every scalar that is valid UTF-8 is accepted and comes back.
    @Test func acceptsAllScalars() throws {
        for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            let text = "\"abc\(scalar)def\""
            #expect(try JSON.parse(text) == .string("abc\(scalar)def"))
        }
    }

    @Test func boundsNesting() {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(isJSON(nested(JSONScanner.nestingLimit)))
        #expect(!isJSON(nested(JSONScanner.nestingLimit + 1)))
        #expect(!isJSON([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)))
    }

    @Test func readsByPulling() throws {
        let bytes = Array(#"{"id":"x","usage":{"prompt_tokens":7,"other":[1,{}]},"choices":[{},{}]}"#.utf8)
        try bytes.withUnsafeBytes { raw in
            var scanner = JSONScanner(raw)
            var tokens = ""
            var choices = 0
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                if scanner.equals(key, "usage") {
                    try scanner.beginObject()
                    while let inner = try scanner.nextKey() {
                        if scanner.equals(inner, "prompt_tokens") {
                            tokens = String(decoding: raw[try scanner.number()], as: UTF8.self)
                        } else {
                            try scanner.skipValue()
                        }
                    }
                } else if scanner.equals(key, "choices") {
                    try scanner.beginArray()
                    while try scanner.nextElement() {
                        try scanner.skipValue()
                        choices += 1
                    }
                } else {
                    try scanner.skipValue()
                }
            }
            try scanner.finish()
            #expect(tokens == "7")
            #expect(choices == 2)
        }
    }

    /// Damaged text must be refused or accepted, never crash or read outside the buffer.
    @Test func survivesDamage() {
        let text = #"{"a":[1,-2.5e3,"xß\u00e9\ud83d\ude00 long enough for words"],"b":{"c":null,"d":true}}"#
        let original = Array(text.utf8)
        var generator = ScriptLCG(seed: 42)
        for length in 0..<original.count { #expect(!isJSON(Array(original[..<length]))) }
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<3 { bytes[Int(generator.next() * Double(bytes.count))] = UInt8(generator.next() * 256) }
            // The tree reader agrees with the scanner, but for keys that occur twice.
            let accepted = isJSON(bytes)
            bytes.withUnsafeBytes { raw in
                do throws(JSONError) {
                    _ = try JSON.parse(raw)
                    #expect(accepted)
                } catch {
                    #expect(!accepted || error.reason.hasSuffix("occurs twice"))
                }
            }
        }
    }
}
