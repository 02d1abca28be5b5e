// What an entry has of a request itself, what a scenario's body has holes for, and which keys are named because nobody sends them.

import Base
import Testing

@testable import Scenarios

@Suite struct EntryTests {
    private func body(_ entry: String, _ options: CorpusOptions = CorpusOptions()) throws -> String {
        try Corpus.load(text: "[\(entry)]", options: options).text(0)
    }

    private func message(_ text: String, _ options: CorpusOptions = CorpusOptions()) -> String {
        do {
            _ = try Corpus.load(text: text, options: options)
            return "accepted"
        } catch {
            return error.exitCode == 107 ? error.description : "exit \(error.exitCode)"
        }
    }

    private static let hi = #""messages":[{"role":"user","content":"hi"}]"#

    /// Keys of OpenAI's API take the place of the default's, or come after it in the entry's order.
    @Test(arguments: [
        (#"{"temperature":0.20,"content":"hi"}"#, "{\(hi),\"temperature\":0.2,\"stream\":false}"),
        (
            #"{"content":"hi","top_p":0.9,"stop":["\n", "END"],"n":2,"seed":1e2}"#,
            "{\(hi),\"temperature\":1,\"stream\":false,\"top_p\":0.9,\"stop\":[\"\\n\",\"END\"],\"n\":2,\"seed\":100}"
        ),
        (
            #"{"content":"hi","tools":[{"type": "function","function":{"name":"f"}}],"tool_choice":"auto","max_tokens":7}"#,
            "{\(hi),\"max_tokens\":7,\"temperature\":1,\"stream\":false,"
                + #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto"}"#
        ),
        (
            #"{"content":"hi","max_completion_tokens":9,"logprobs":null}"#,
            "{\(hi),\"temperature\":1,\"stream\":false,\"max_completion_tokens\":9}"
        ),
        (
            #"{"content":"hi","response_format":{"type":"json_object"},"presence_penalty":-1,"frequency_penalty":0.5}"#,
            "{\(hi),\"temperature\":1,\"stream\":false,\"response_format\":{\"type\":\"json_object\"},\"presence_penalty\":-1,"
                + "\"frequency_penalty\":0.5}"
        ),
        // What is not OpenAI's goes under body, which may change everything.
        (#"{"content":"hi","body":{"top_k":40,"temperature":null}}"#, "{\(hi),\"stream\":false,\"top_k\":40}"),
        (
            #"{"content":"hi","response_format":{"type":"a","x":1.0},"body":{"response_format":{"type":"b","y":{"z":null}},"stream":false}}"#,
            "{\(hi),\"temperature\":1,\"stream\":false,\"response_format\":{\"type\":\"b\",\"x\":1,\"y\":{}}}"
        ),
        (#"{"content":"h\u0069 \u00e9","body":{"messages":[]}}"#, #"{"messages":[],"temperature":1,"stream":false}"#),
    ])
    func requestKeys(_ entry: String, _ expected: String) throws {
        #expect(try body(entry) == expected)
        #expect(try Corpus.load(text: "[\(entry)]").reading.warning == nil)
    }

    /// Whether answers are streams is the run's affair, so an entry may only repeat it.
    @Test func streams() throws {
        let streamed = CorpusOptions(streams: true)
        let sent = try body(#"{"content":"hi","top_p":1,"body":{"stream":true,"stream_options":null}}"#, streamed)
        #expect(sent == "{\(Self.hi),\"temperature\":1,\"stream\":true,\"top_p\":1}")
        #expect(
            message(#"[{"content":"a","body":{"stream":false}}]"#, streamed).contains("body.stream: false is not accepted; expected true"))
    }

    @Test func theEntryWinsOverTheScenariosBodyAndTheRunOverALimit() throws {
        let patch = try JSON.parse(#"{"temperature":0,"top_p":0.5}"#)
        #expect(
            try body(#"{"content":"hi","top_p":0.9}"#, CorpusOptions(bodyPatch: patch))
                == "{\(Self.hi),\"temperature\":0,\"stream\":false,\"top_p\":0.9}")
        let fixed = CorpusOptions(model: "m", maxTokens: .fixed(5), ignoreEOS: true)
        let corpus = try Corpus.load(
            text: #"[{"content":"hi","max_completion_tokens":9,"max_tokens":8},{"content":"hi","body":{"max_tokens":3}},{"content":"hi"}]"#,
            options: fixed)
        #expect(corpus.text(0) == "{\"model\":\"m\",\(Self.hi),\"max_tokens\":5,\"temperature\":1,\"stream\":false,\"ignore_eos\":true}")
        #expect(corpus.text(1).contains(#""max_tokens":3"#))
        // How many tokens an answer must have is known where the entry has no say in it.
        #expect((0..<3).map { corpus.tokensAsked(at: $0) } == [-1, -1, 5])
    }

    @Test(arguments: [
        (#"[{"content":"a","body":[]}]"#, "entry 0 (line 1, column 24): body: expected an object"),
        (#"[{"content":"a","body":{"stream":true}}]"#, "body.stream: true is not accepted; expected false"),
        (#"[{"content":"a","temperature":1e999}]"#, "a number beyond the range of a double"),
        (#"[{"content":"a","body":{"x":1e999}}]"#, "a number beyond the range of a double"),
        (#"[{"content":"a","top_p":1,"top_p":2}]"#, "top_p occurs twice"),
        (#"[{"content":"a","t\u006Fp_p":1}]"#, "top_p: write this key without escapes"),
        (#"[{"content":"a","body":{"x":1,"x":2}}]"#, "body cannot be merged over the request: key \"x\" occurs twice"),
    ])
    func refused(_ text: String, _ expected: String) {
        #expect(message(text).contains(expected), "\(message(text))")
    }

    // MARK: - Holes of request.body

    @Test(arguments: [
        (
            #"{"messages":null,"prompt":"User: ${prompt}\nAssistant:"}"#,
            #"{"max_tokens":4,"temperature":1,"stream":false,"prompt":"User: h\"i\nAssistant:"}"#
        ),
        (
            #"{"max_tokens":null,"max_completion_tokens":"${max_tokens}"}"#,
            #"{"messages":[{"role":"user","content":"h\"i"}],"temperature":1,"stream":false,"max_completion_tokens":4}"#
        ),
        (
            #"{"messages":null,"max_tokens":null,"x":{"y":["${max_tokens}","${prompt}","at most ${max_tokens}: ${prompt}${prompt}"]}}"#,
            #"{"temperature":1,"stream":false,"x":{"y":[4,"h\"i","at most 4: h\"ih\"i"]}}"#
        ),
        (
            #"{"messages":null,"x":"$ {prompt} ${promp} \"${"}"#,
            #"{"max_tokens":4,"temperature":1,"stream":false,"x":"$ {prompt} ${promp} \"${"}"#
        ),
    ])
    func holes(_ patch: String, _ expected: String) throws {
        let entry = #"{"content":"h\"i","max_tokens":4}"#
        #expect(try body(entry, CorpusOptions(bodyPatch: JSON.parse(patch))) == expected)
        // The run's limit is what they stand for when it has one.
        let fixed = try body(entry, CorpusOptions(maxTokens: .fixed(4), bodyPatch: JSON.parse(patch)))
        #expect(fixed == expected)
    }

    @Test func aHoleWithoutALimit() throws {
        let other = try JSON.parse(#"{"max_completion_tokens":"${max_tokens}"}"#)
        #expect(try body(#"{"content":"hi"}"#, CorpusOptions(bodyPatch: other)) == "{\(Self.hi),\"temperature\":1,\"stream\":false}")
        let deep = try JSON.parse(#"{"x":["${max_tokens}"]}"#)
        #expect(
            message(#"[{"content":"hi"}]"#, CorpusOptions(bodyPatch: deep))
                .hasPrefix("prompts.json: entry 0 (line 1, column 14): request.body uses ${max_tokens}, and neither the entry nor"))
    }

    // MARK: - Keys that are not sent

    @Test func keysNobodySendsAreCountedAndExplained() throws {
        let text = """
            {"content":"a","max_token":5,"lable":"x","source":1}
            {"content":"b","source":2,"model":"gpt","tempratrue":1}
            {"content":"c","source":{"deep":[1]},"stream":true,"id":7}
            """
        let corpus = try Corpus.load(text: text)
        #expect(corpus.reading.unsent.map(\.key) == ["max_token", "lable", "source", "model", "tempratrue", "stream", "id"])
        #expect(corpus.reading.unsent.map(\.entries) == [1, 1, 3, 1, 1, 1, 1])
        #expect(
            corpus.reading.warning
                == "keys that are not sent: max_token (1 entry; did you mean max_tokens?), lable (1 entry; did you mean label?), "
                + "source (3 entries), model (1 entry; the run names the model), tempratrue (1 entry; did you mean temperature?), "
                + "stream (1 entry; the scenario says it), id (1 entry); an entry has content or messages, label, max_tokens, "
                + "OpenAI's request keys, and under body whatever else is to be sent")
        #expect(try Corpus.load(text: #"[{"content":"a","label":null,"max_tokens":null,"messages":null}]"#).reading.warning == nil)
    }

    @Test func keysThatAreDataAreBounded() throws {
        let entries = (0..<1_000).map { "{\"content\":\"a\",\"key \($0)\":1}" }
        let reading = try Corpus.load(text: entries.joined(separator: "\n")).reading
        #expect(reading.unsent.count == CorpusReading.mostKeys && reading.others == 950)
        #expect(reading.warning?.contains("key 9 (1 entry), and more; an entry has") == true)
    }

    @Test(arguments: [
        ("max_token", "max_tokens", 1), ("lable", "label", 1), ("", "n", 1), ("abc", "xyz", 3), ("temperature", "tempratrue", 2),
    ])
    func distances(_ one: String, _ other: String, _ expected: Int) {
        #expect(RequestKeys.distance(Array(one.utf8), Array(other.utf8)) == expected)
    }

    @Test(arguments: ["id", "source", "category", "x", "mode", "topic", "turns"])
    func notEveryKeyIsATypingError(key: String) { #expect(RequestKeys.explanation(of: key) == nil, "\(key)") }
}
