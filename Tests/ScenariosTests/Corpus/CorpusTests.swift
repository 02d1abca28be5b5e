// Corpus files of every shape, the bodies that come out, and the errors with their places.

import Foundation
import Base
import Scenarios
import Testing

@Suite struct CorpusTests {
    private func message(_ text: String, _ options: CorpusOptions = CorpusOptions()) -> String {
        do {
            _ = try Corpus.load(text: text, options: options)
            return "accepted"
        } catch {
            return error.exitCode == 107 ? error.description : "exit \(error.exitCode)"
        }
    }

    private func body(_ entry: String, _ options: CorpusOptions = CorpusOptions()) throws -> String {
        try Corpus.load(text: "[\(entry)]", options: options).text(0)
    }

    private static let tail = #""temperature":1,"stream":false"#

    @Test func arrayAndLinesAreEqual() throws {
        let entries = [#"{"label":"a","content":"x"}"#, #"{"label":"b","content":"y","max_tokens":3}"#, #"{"content":"z"}"#]
        let array = "[" + entries.joined(separator: " ,\n") + "]\n"
        let lines = entries.joined(separator: "\n")
        for text in [array, "\u{FEFF}" + array, lines, lines + "\n", "\u{FEFF}" + lines, entries.joined(separator: " \r\n\r\n")] {
            let corpus = try Corpus.load(text: text)
            #expect(corpus.count == 3 && corpus.sourceCount == 3)
            #expect(corpus.labels == ["a", "b", Corpus.unlabelled])
            #expect((0..<3).map { corpus.labelIndex(at: $0) } == [0, 1, 2])
            #expect(corpus.text(1) == #"{"messages":[{"role":"user","content":"y"}],"max_tokens":3,"# + Self.tail + "}")
            #expect(corpus.bodyBytesTotal == (0..<3).reduce(0) { $0 + corpus.body(at: $1).count })
        }
    }

    /// Whatever the label; a prompt with another limit is another one.
    @Test func sameBodiesAreOne() throws {
        let entries = [
            #"{"label":"a","content":"x"}"#, #"{"label":"b","content":"x"}"#, #"{"content":"x","max_tokens":3}"#, #"{"content":"y"}"#,
        ]
        #expect(try Corpus.load(text: "[\(entries.joined(separator: ","))]").distinctCount == 3)
    }

    /// A key is what it means, as to JavaScript.
    @Test func keysWrittenWithEscapes() throws {
        let corpus = try Corpus.load(text: #"[{"c\u006Fntent":"a","l\u0061bel":"x"}]"#)
        #expect(corpus.labels == ["x"])
        #expect(try body(#"{"c\u006Fntent":"a"}"#) == body(#"{"content":"a"}"#))
        #expect(message(#"[{"content":"a","c\u006Fntent":"b"}]"#).contains("content occurs twice"))
    }

    @Test func labels() throws {
        let text = #"[{"content":"a","label":3.0},{"content":"b","label":true},{"content":"c","label":""},{"content":"d","label":null}]"#
        #expect(try Corpus.load(text: text).labels == ["3", "true", "", Corpus.unlabelled])
        #expect(message(#"[{"content":"a","label":["x"]}]"#).contains("entry 0 (line 1, column 25): label: expected"))
    }

    /// Records name a label by 16 bits; one label more ended the program.
    @Test func asManyLabelsAsRecordsCanName() throws {
        let lines = (0..<65_536).map { "{\"content\":\"x\",\"label\":\"\($0)\"}" }.joined(separator: "\n")
        #expect(try Corpus.load(text: lines).labels.count == 65_536)
        #expect(
            message(lines + "\n{\"content\":\"x\",\"label\":\"one more\"}")
                == "prompts.json: entry 65536 (line 65537, column 35): more than 65536 different labels, which is the limit")
        let long = String(repeating: "x", count: 1 << 20)
        #expect(
            message("a b c".split(separator: " ").map { "{\"content\":\"x\",\"label\":\"\($0)\(long)\"}" }.joined(separator: "\n"))
                .hasSuffix("): labels of more than 2 MiB in all, which is the limit"))
    }

    @Test func filter() throws {
        let text = #"[{"content":"a","label":"s"},{"content":"b","label":"l"},{"content":"c","label":"s"},{"content":"d"}]"#
        let kept = try Corpus.load(text: text, options: CorpusOptions(promptLabels: ["l", "unlabelled"]))
        #expect(kept.count == 2 && kept.sourceCount == 4 && kept.labels == ["l", "unlabelled"])
        #expect((0..<2).map { kept.sourceIndex(at: $0) } == [1, 3])
        #expect(
            message(text, CorpusOptions(promptLabels: ["x", "y"]))
                == "prompts.json: no prompt has a label in prompt_labels (x, y); labels present: l, s, unlabelled")
    }

    /// The same prompts in the same order have one, whatever is asked for with them; everything else of an entry counts.
    @Test func theDigestIsOfTheContent() throws {
        func digest(_ text: String, _ options: CorpusOptions = CorpusOptions()) throws -> String {
            try Corpus.load(text: text, options: options).digest
        }
        let plain = #"[{"content":"a","label":"s"},{"content":"b","label":"l","max_tokens":3}]"#
        let known = try digest(plain)
        #expect(known.wholeMatch(of: /fnv1a:[0-9a-f]{16}/) != nil)
        #expect(try digest(plain, CorpusOptions(model: "m", maxTokens: .fixed(5), ignoreEOS: true, systemPrompt: "s")) == known)
        #expect(try digest(#"{"label":"s","content":"a"}"# + "\n" + #"{"max_tokens":3,"content":"b", "label":"l"}"#) == known)
        #expect(
            try digest(#"[{"content":"x","label":"y"}, {"content":"a","label":"s"}]"#, CorpusOptions(promptLabels: ["s"]))
                == digest(#"[{"content":"a","label":"s"}]"#))
        for other in [
            #"[{"content":"b","label":"l","max_tokens":3},{"content":"a","label":"s"}]"#,
            #"[{"content":"a","label":"s"},{"content":"c","label":"l","max_tokens":3}]"#,
            #"[{"content":"a","label":"s"},{"content":"b","label":"k","max_tokens":3}]"#,
            #"[{"content":"a","label":"s"},{"content":"b","label":"l","max_tokens":4}]"#,
            #"[{"content":"a","label":"s","temperature":0},{"content":"b","label":"l","max_tokens":3}]"#,
            #"[{"content":"a","label":"s","body":{"x":1}},{"content":"b","label":"l","max_tokens":3}]"#,
            #"[{"messages":[{"role":"user"}],"label":"s"},{"content":"b","label":"l","max_tokens":3}]"#,
        ] { #expect(try digest(other) != known, "\(other)") }
    }

    @Test func bodyOfEveryOption() throws {
        let options = CorpusOptions(
            model: "org/m\"1", maxTokens: .fixed(5), ignoreEOS: true, systemPrompt: "sys\n<é>")
        #expect(
            try body(#"{"content":"hi","max_tokens":64}"#, options)
                == #"{"model":"org/m\"1","messages":[{"role":"system","content":"sys\n<é>"},{"role":"user","content":"hi"}],"#
                + #""max_tokens":5,"temperature":1,"stream":false,"ignore_eos":true}"#)
        #expect(
            try body(#"{"content":"hi","max_tokens":64.0}"#)
                == #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":64,"# + Self.tail + "}")
    }

    @Test func textIsWrittenAsJavaScriptDoes() throws {
        let content = #""\u00e9 \/ \u0007 \u001F \ud83d\ude00 \ud83d \n \" \\ \u2028""#
        let expected = "\"é / \\u0007 \\u001f 😀 \\ud83d \\n \\\" \\\\ \u{2028}\""
        #expect(
            try body("{\"content\":\(content)}")
                == "{\"messages\":[{\"role\":\"user\",\"content\":\(expected)}]," + Self.tail + "}")
    }

    @Test func messagesAreWrittenCompact() throws {
        let messages =
            #"[ { "z" : 1.0 , "role" : "user", "content" : [ {"n": 1e3}, null , true, "a\/b" ] },{"role":"assistant" , "x":{ }} ]"#
        let expected = #"[{"z":1,"role":"user","content":[{"n":1000},null,true,"a/b"]},{"role":"assistant","x":{}}]"#
        #expect(
            try body("{\"content\":\"unused\",\"messages\":\(messages)}") == "{\"messages\":\(expected)," + Self.tail + "}")
        #expect(
            try body(#"{"messages":null,"content":[ {"type":"text", "text":"x"} ]}"#)
                == #"{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"# + Self.tail + "}")
        #expect(
            try body("{\"messages\":\(messages)}", CorpusOptions(systemPrompt: "s"))
                .hasPrefix(#"{"messages":[{"role":"system","content":"s"},{"z":1,"#))
    }

    @Test(arguments: [
        (
            #"{"temperature":0.50,"top_p":null,"seed":1e2}"#,
            #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":4,"temperature":0.5,"stream":false,"seed":100}"#
        ),
        (
            #"{"max_tokens":null,"temperature":null,"model":null}"#,
            #"{"messages":[{"role":"user","content":"hi"}],"stream":false}"#
        ),
        (
            #"{"messages":null,"prompt":"${prompt}","max_tokens":9}"#,
            #"{"model":"m","max_tokens":9,"temperature":1,"stream":false,"prompt":"hi"}"#
        ),
        (
            #"{"messages":[{"role":"user","content":"${prompt}"},{"role":"user","content":"again ${prompt}"}]}"#,
            #"{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"user","content":"again hi"}],"max_tokens":4,"temperature":1,"stream":false}"#
        ),
        (
            #"{"extra":{"a":{"b":null,"c":[1,{"d":null}]}},"model":{"x":1}}"#,
            #"{"model":{"x":1},"messages":[{"role":"user","content":"hi"}],"max_tokens":4,"temperature":1,"stream":false,"extra":{"a":{"c":[1,{"d":null}]}}}"#
        ),
    ])
    func patchedBody(_ patch: String, _ expected: String) throws {
        let options = CorpusOptions(model: "m", bodyPatch: try JSON.parse(patch))
        #expect(try body(#"{"content":"hi","max_tokens":4}"#, options) == expected)
    }

    @Test func firstMemberMayBeAbsent() throws {
        let options = CorpusOptions(bodyPatch: try JSON.parse(#"{"messages":null}"#))
        #expect(try body(#"{"content":"hi"}"#, options) == "{" + Self.tail + "}")
        #expect(try body(#"{"content":"hi","max_tokens":4}"#, options) == #"{"max_tokens":4,"# + Self.tail + "}")
    }

    @Test func placeholderNeedsText() throws {
        let options = CorpusOptions(bodyPatch: try JSON.parse(#"{"prompt":"${prompt}"}"#))
        let text = "[{\"content\":\"a\"},\n {\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}]"
        #expect(message(text, options).hasPrefix("prompts.json: entry 1 (line 2, column 14): request.body uses ${prompt}"))
    }

    @Test(arguments: [
        ("", "prompts.json: holds no prompts"), ("[]", "prompts.json: holds no prompts"), (" \n", "holds no prompts"),
        ("{}", "entry 0 (line 1, column 1): has neither content nor messages"),
        ("1", "looks like text, not JSON; expected a JSON array of prompts, or one JSON object a line; a prompt a line becomes"),
        ("[{\"content\":\"a\"},\n  {\"label\":\"b\"}]", "entry 1 (line 2, column 3): has neither content nor messages"),
        ("[1]", "entry 0 (line 1, column 2): expected an object"),
        (#"[{"content":1}]"#, "entry 0 (line 1, column 13): content: expected text"),
        (#"[{"content":"a","max_tokens":"64"}]"#, "entry 0 (line 1, column 30): max_tokens: expected a whole number"),
        (#"[{"content":"a","max_tokens":0}]"#, "max_tokens: expected a whole number"),
        (#"[{"content":"a","max_tokens":1.5}]"#, "max_tokens: expected a whole number"),
        (#"[{"messages":[]}]"#, "messages: expected a list of message objects"),
        (#"[{"messages":{}}]"#, "messages: expected a list of message objects"),
        (#"[{"messages":["a"]}]"#, "messages: expected a list of message objects"),
        (#"[{"content":"a","content":"b"}]"#, "content occurs twice"),
        (#"[{"messages":[{"n":1e999}]}]"#, "a number beyond the range of a double"),
        ("[{\"content\":\"a\"}", "not valid JSON: unexpected end"),
        ("[{\"content\":\"a\"},]", "not valid JSON: trailing comma"),
        ("[{\"content\":\"a\"}] x", "not valid JSON: unexpected text after the value"),
        ("{\"content\":\"a\"} {\"content\":\"b\"}", "not valid JSON: expected the end of the line"),
        ("{\"content\":\"a\"}\n[]", "entry 1 (line 2, column 1): expected an object"),
    ])
    func errors(_ text: String, _ expected: String) {
        #expect(message(text).contains(expected))
    }

    @Test func invalidUTF8() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("p.json", Array("[{\"content\":\"a".utf8) + [0xC3, 0x28] + Array("\"}]".utf8))
        let error = #expect(throws: ConfigurationError.self) { try Corpus.load(path: path, options: CorpusOptions()) }
        #expect(error?.description.hasSuffix("p.json: entry 0 (line 1, column 15): not valid JSON: invalid UTF-8") == true)
    }

    @Test func filesThatAreNone() throws {
        let folder = try TemporaryFolder()
        for (path, reason) in [(folder.path, "is a directory"), ("\(folder.path)/none", "cannot be opened: No such file or directory")] {
            let error = #expect(throws: ConfigurationError.self) { try Corpus.load(path: path, options: CorpusOptions()) }
            #expect(error?.exitCode == 107 && error?.description == "\(path): \(reason)")
        }
        #expect(throws: ConfigurationError.self) {
            try Corpus.load(path: folder.write("empty.json", ""), options: CorpusOptions())
        }
    }

    /// Larger than a chunk, than the step pages are given back in, and with bodies that need their own chunk.
    @Test func largeFile() throws {
        let folder = try TemporaryFolder()
        func content(_ index: Int) -> String {
            let letter = Character(Unicode.Scalar(UInt8(97 + index % 26)))
            return "\(index) " + String(repeating: letter, count: index == 1500 ? 5_000_000 : 3000 + index % 700)
        }
        let entries = (0..<3000).map { "{\"content\":\"\(content($0))\",\"label\":\"l\($0 % 5)\"}" }
        let path = try folder.write("large.json", "[" + entries.joined(separator: ",\n") + "]")
        let corpus = try Corpus.load(path: path, options: CorpusOptions())
        #expect(corpus.count == 3000 && corpus.labels.count == 5)
        for index in 0..<3000 {
            let expected = "{\"messages\":[{\"role\":\"user\",\"content\":\"\(content(index))\"}]," + Self.tail + "}"
            // Compared outside the macro, which would print five megabytes.
            let isEqual = corpus.text(index) == expected
            #expect(isEqual, "prompt \(index)")
        }
    }

    @Test func readsAPipe() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let line = "{\"content\":\"" + String(repeating: "x", count: 100_000) + "\"}\n"
        let writer = Thread {
            guard let handle = FileHandle(forWritingAtPath: path) else { return }
            for _ in 0..<30 { handle.write(Data(line.utf8)) }
            try? handle.close()
        }
        writer.start()
        #expect(try Corpus.load(path: path, options: CorpusOptions()).count == 30)
    }
}
