// Corpora as other programs write them: taken for what they are where that is plain, named where it is not.

import Base
import Testing

@testable import Scenarios

@Suite struct FormTests {
    private func error(_ bytes: [UInt8]) -> String {
        do {
            _ = try bytes.withUnsafeBytes { try Corpus.load(bytes: $0, file: "p", options: CorpusOptions()) }
            return "accepted"
        } catch let error as ConfigurationError {
            return error.exitCode == 107 ? error.description : "exit \(error.exitCode)"
        } catch {
            return "\(error)"
        }
    }

    private func texts(_ corpus: Corpus) throws -> [String] {
        try (0..<corpus.count).map { index in
            let body = try JSON.parse(corpus.body(at: index))
            guard case .array(let messages)? = body["messages"], case .string(let text)? = messages.last?["content"] else { return "?" }
            return text
        }
    }

    /// The first human turn of each, whoever speaks first.
    @Test func shareGPT() throws {
        let text = """
            [{"id":"a","conversations":[{"from":"human","value":"one \\"1\\""},{"from":"gpt","value":"x"},{"from":"human","value":"no"}]},
             {"id":"b","conversations":[{"from":"system","value":"s"},{"from":"gpt","value":"x"},{"from":"user","value":"two","weight":null}]},
             {"id":"c","conversations":[{"from":"gpt","value":"alone"}]}, {"id":"d","conversations":[],"model":"gpt"}]
            """
        let corpus = try Corpus.load(text: text)
        #expect(try texts(corpus) == ["one \"1\"", "two"] && corpus.sourceCount == 4)
        #expect((0..<2).map { corpus.sourceIndex(at: $0) } == [0, 1])
        #expect(corpus.reading.note == "read 2 conversations of ShareGPT, the first human turn of each (2 without one left out)")
        #expect(corpus.reading.unsent.map(\.key) == ["model"])
        #expect(
            error(Array(#"[{"conversations":["a"]}]"#.utf8)).hasPrefix(
                "p: entry 0 (line 1, column 20): conversations: expected a list of {from"))
        #expect(
            error(Array(#"[{"conversations":[{"role":"user","content":"a"}]}]"#.utf8)).contains("conversations: expected a list of {from"))
        #expect(error(Array(#"[{"conversations":[]}]"#.utf8)) == "p: no conversation of ShareGPT has a turn of a human")
    }

    @Test func openAIBatch() throws {
        let text = """
            {"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":"a"}],"max_tokens":5,"top_k":3,"temperature":0}}
            {"custom_id":"2","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"b"}],"stream":true}}
            """
        let corpus = try Corpus.load(text: text, options: CorpusOptions(model: "m"))
        #expect(
            corpus.text(0)
                == #"{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":5,"temperature":0,"stream":false,"top_k":3}"#)
        #expect(try texts(corpus) == ["a", "b"])
        #expect(corpus.reading.note == "read 2 requests of an OpenAI batch, the body of each without model")
        #expect(corpus.reading.unsent.map(\.key) == ["stream"])
        #expect(
            error(Array(#"{"custom_id":"1","url":"/v1/embeddings","body":{"input":"x"}}"#.utf8))
                == "p: entry 0 (line 1, column 24): url: \"/v1/embeddings\" of an OpenAI batch is not accepted; expected \"/v1/chat/completions\""
        )
        #expect(error(Array(#"{"custom_id":"1","body":{"input":"x"}}"#.utf8)).contains("body of an OpenAI batch: messages is missing"))
    }

    @Test func textsAndPrompts() throws {
        for text in [#"["a", "b\n"]"#, "\"a\"\n\"b\\n\"\n", #"[{"prompt":"a"},{"prompt":[{"role":"user","content":"b\n"}]}]"#] {
            #expect(try texts(Corpus.load(text: text)) == ["a", "b\n"])
        }
        #expect(try Corpus.load(text: #"["a"]"#).reading.note == "read 1 text, each one user message")
        #expect(
            try Corpus.load(text: #"[{"prompt":"a","label":"x","max_tokens":3},{"content":"b"}]"#).reading.note
                == "read 1 prompt, 1 object with a prompt, each one user message")
        // Beside content it is somebody's note.
        let both = try Corpus.load(text: #"[{"prompt":"a","content":"b"}]"#)
        #expect(try texts(both) == ["b"] && both.reading.unsent.map(\.key) == ["prompt"] && both.reading.note == nil)
        #expect(error(Array(#"[{"prompt":5}]"#.utf8)).contains("prompt: expected text, or a list of message objects"))
    }

    @Test func table() throws {
        let text = "label,content,max_tokens,temperature,note\r\nshort,\"a, \"\"b\"\"\nc\",5,0.5,\r\n\r\n007,12,,,x\n,last,1,,\n"
        let corpus = try Corpus.load(text: text)
        #expect(try texts(corpus) == ["a, \"b\"\nc", "12", "last"])
        #expect(corpus.labels == ["short", "007", Corpus.unlabelled])
        #expect(corpus.text(0).contains(#""max_tokens":5,"temperature":0.5,"#) && corpus.text(1).contains(#"}],"temperature":1,"#))
        #expect(corpus.reading.note == "read 3 rows of CSV, the column content of each")
        #expect(corpus.reading.unsent.map(\.key) == ["note"] && corpus.reading.unsent.map(\.entries) == [1])
        for other in ["\"prompt\",\"label\"\n\"a\",\"x\"\n", "prompt;label\na;x", "\u{FEFF}prompt\tlabel\na\tx\n", "content\na\n"] {
            #expect(try texts(Corpus.load(text: other)) == ["a"])
        }
    }

    @Test(arguments: [
        ("content,label\na\n", "p: entry 0 (line 2, column 1): a row of 1 cell, where the first line names 2"),
        ("content,label\na,b\n\"c,d\n", "p: entry 1 (line 3, column 1): a cell in quotes that does not end"),
        ("content,label\n\"c\"d,e\n", "p: entry 0 (line 2, column 4): text after the quotes of a cell"),
        ("content,max_tokens\na,many\n", "p: entry 0 (line 2, column 1): max_tokens: expected a whole number"),
        ("content,label\n,b\n", "p: entry 0 (line 2, column 1): has neither content nor messages but label"),
        ("content,content\na,b\n", "a CSV file in which a column occurs twice (content, content)"),
        (
            "id,question,answer\n1,a,b\n",
            "p: looks like CSV with the columns id, question, answer; a table needs a column content or prompt"
        ),
        ("Tell me a story.\nAnd another one, please.\n", "p: looks like text, not JSON; expected a JSON array of prompts"),
        ("- content: a\n", "p: looks like text, not JSON"),
        ("content\n", "p: holds no prompts"),
    ])
    func tablesThatAreNone(_ text: String, _ expected: String) {
        #expect(error(Array(text.utf8)).hasPrefix(expected) || error(Array(text.utf8)).hasSuffix(expected), "\(error(Array(text.utf8)))")
    }

    static let utf16 = #"[{"content":"a"}]"#.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }

    static let markedUTF16: [UInt8] = [0xFF, 0xFE] + utf16

    static let foreign: [(bytes: [UInt8], expected: String)] = [
        (markedUTF16, "p: is UTF-16 text; expected UTF-8 (iconv -f UTF-16 -t UTF-8)"), (utf16, "p: is UTF-16 text; expected UTF-8 ("),
        ([0xFE, 0xFF, 0, 0x5B], "p: is UTF-16 text"), ([0, 0x5B, 0, 0x7B], "p: is UTF-16 text"),
        ([0xFF, 0xFE, 0, 0, 0x5B, 0, 0, 0], "p: is UTF-32 text; expected UTF-8 (iconv -f UTF-32 -t UTF-8)"),
        ([0, 0, 0, 0x5B], "p: is UTF-32 text"), ([0x5B, 0, 0, 0], "p: is UTF-32 text"),
        ([0x1F, 0x8B, 8, 0], "p: is compressed with gzip; unpack it first (gunzip)"), (Array("PAR1".utf8), "p: is a Parquet file"),
    ]

    @Test(arguments: foreign) func named(file: (bytes: [UInt8], expected: String)) {
        #expect(error(file.bytes).hasPrefix(file.expected), "\(error(file.bytes))")
    }

    @Test(arguments: [
        (#"{"prompts":[{"content":"a"}]}"#, "prompts; it looks like one object around the list; give the list itself (jq '.prompts' FILE)"),
        (#"{"instruction":"a","input":"","output":"b"}"#, "instruction, input, output; it looks like Alpaca's instructions"),
        (#"{"question":"a","answer":"b"}"#, "question, answer; it looks like questions with their answers"),
        (#"{"text":"a"}"#, "text; it looks like text for training"), (#"{"a":1,"b":2}"#, "a, b"),
        (#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9}"#, "a, b, c, d, e, f, g, h, …"),
    ])
    func entriesThatAreNone(_ text: String, _ expected: String) {
        let whole = error(Array("[\(text)]".utf8))
        #expect(whole == "p: entry 0 (line 1, column 2): has neither content nor messages but \(expected)")
    }
}
