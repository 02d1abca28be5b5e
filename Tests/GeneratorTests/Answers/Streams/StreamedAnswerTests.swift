// Streams as servers send them, what is to be read in each, and that it does not depend on where the bytes are cut. Shapes are those
// of the servers named, written by hand from their sources and documentation.

import Base
import Testing

@testable import Generator

struct StreamedAnswerTests {
    /// What a stream comes to, with an instant for each event, 10, 20, 30 and so on.
    struct Expected: Equatable {
        var isGood = true
        var chunks: UInt32 = 0
        var firstEvent: Int64 = 10
        var firstToken: Int64 = -1
        var firstContent: Int64 = -1
        var lastToken: Int64 = -1
        var finish = FinishReason.stop
        var promptTokens: Int32 = -1
        var completionTokens: Int32 = -1
        var reasoningTokens: Int32 = -1
        var isCutShort = false
        var hasError = false
        var hasContent = true
    }

    struct Example {
        var name: String
        /// Data of events.
        var events: [String]
        var expected: Expected
    }

    private static func openAI(_ delta: String, finish: String = "null", rest: String = "") -> String {
        #"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(finish)}]\#(rest)}"#
    }
    private static let role = openAI(#"{"role":"assistant","content":""}"#)
    private static let usage = #"{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}"#

    static let examples = [
        Example(
            name: "vLLM: role, tokens, empty finish, usage in a chunk of its own",
            events: [
                role, openAI(#"{"content":"Hel"}"#), openAI(#"{"content":"lo"}"#), openAI("{}", finish: #""stop""#),
                #"{"id":"c1","object":"chat.completion.chunk","model":"m","choices":[],"usage":\#(usage)}"#, "[DONE]",
            ],
            expected: Expected(
                chunks: 2, firstToken: 20, firstContent: 20, lastToken: 30, promptTokens: 9, completionTokens: 2)),
        Example(
            name: "usage counted up in every chunk",
            events: [
                openAI(#"{"role":"assistant","content":""}"#, rest: #","usage":{"prompt_tokens":9,"completion_tokens":0}"#),
                openAI(#"{"content":"a"}"#, rest: #","usage":{"prompt_tokens":9,"completion_tokens":1}"#),
                openAI(#"{"content":"b"}"#, finish: #""length""#, rest: #","usage":\#(usage)"#), "[DONE]",
            ],
            expected: Expected(
                chunks: 2, firstToken: 20, firstContent: 20, lastToken: 30, finish: .length, promptTokens: 9, completionTokens: 2)),
        Example(
            name: "usage null until it comes, then in the last chunk with choices; no [DONE]",
            events: [
                openAI(#"{"content":"a"}"#, rest: #","usage":null"#),
                openAI(#"{"content":""}"#, finish: #""stop""#, rest: #","usage":\#(usage)"#),
                openAI("{}", rest: #","usage":null"#),
            ],
            expected: Expected(
                chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10, promptTokens: 9, completionTokens: 2)),
        Example(
            name: "no usage anywhere: tokens are not known, whatever the chunks",
            events: [openAI(#"{"content":"a"}"#), openAI(#"{"content":"b"}"#, finish: #""stop""#), "[DONE]"],
            expected: Expected(chunks: 2, firstToken: 10, firstContent: 10, lastToken: 20)),
        Example(
            name: "[DONE] without a finish reason",
            events: [openAI(#"{"content":"a"}"#), "[DONE]"],
            expected: Expected(chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10, finish: .absent)),
        Example(
            name: "DeepSeek, vLLM: reasoning_content before the text",
            events: [
                role, openAI(#"{"reasoning_content":"hm","content":null}"#), openAI(#"{"reasoning_content":"so"}"#),
                openAI(#"{"content":"Yes"}"#),
                openAI(
                    "{}", finish: #""stop""#,
                    rest:
                        #","usage":{"prompt_tokens":9,"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":2}}"#),
                "[DONE]",
            ],
            expected: Expected(
                chunks: 3, firstToken: 20, firstContent: 40, lastToken: 40, promptTokens: 9, completionTokens: 3, reasoningTokens: 2)),
        Example(
            name: "OpenRouter, gpt-oss: reasoning; and an event that holds nothing",
            events: ["", openAI(#"{"reasoning":"hm"}"#), openAI(#"{"content":"Yes"}"#, finish: #""stop""#), "[DONE]"],
            expected: Expected(chunks: 2, firstToken: 20, firstContent: 30, lastToken: 30)),
        Example(
            name: "tool call: name, then arguments in pieces",
            events: [
                role,
                openAI(#"{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]}"#),
                openAI(#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#), openAI("{}", finish: #""tool_calls""#), "[DONE]",
            ],
            expected: Expected(chunks: 2, firstToken: 20, firstContent: 20, lastToken: 30, finish: .toolCalls)),
        Example(
            name: "/v1/completions: text; the first chunk is empty",
            events: [
                #"{"id":"x","object":"text_completion","choices":[{"index":0,"text":"","finish_reason":null}]}"#,
                #"{"id":"x","object":"text_completion","choices":[{"index":0,"text":" a","finish_reason":null}]}"#,
                #"{"id":"x","object":"text_completion","choices":[{"index":0,"text":" b","finish_reason":"length"}],"usage":\#(usage)}"#,
                "[DONE]",
            ],
            expected: Expected(
                chunks: 2, firstToken: 20, firstContent: 20, lastToken: 30, finish: .length, promptTokens: 9, completionTokens: 2)),
        Example(
            name: "two choices: the first one's reason, both one's chunks; its keys in another order",
            events: [
                #"{"choices":[{"delta":{"content":"b"},"index":1}]}"#, #"{"choices":[{"delta":{"content":"a"},"index":0}]}"#,
                #"{"choices":[{"finish_reason":"length","delta":{},"index":1}]}"#,
                #"{"choices":[{"finish_reason":"stop","delta":{},"index":0}]}"#, "[DONE]",
            ],
            expected: Expected(chunks: 2, firstToken: 10, firstContent: 10, lastToken: 20)),
        Example(
            name: "keys and texts written with escapes",
            events: [
                #"{"ch\u006fices":[{"d\u0065lta":{"c\u006fntent":"\n"},"finish_reason":"st\u006fp"}]}"#, "[DONE]",
            ],
            expected: Expected(chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10)),
        Example(
            name: "nothing said at all, and ended well",
            events: [role, openAI("{}", finish: #""stop""#), "[DONE]"], expected: Expected(hasContent: false)),
        Example(
            name: "an empty finish_reason is none", events: [openAI(#"{"content":"a"}"#, finish: #""""#)],
            expected: Expected(
                isGood: false, chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10, finish: .absent, isCutShort: true,
                hasContent: false)),
        Example(
            name: "neither [DONE] nor a finish reason: it broke off", events: [role, openAI(#"{"content":"a"}"#)],
            expected: Expected(
                isGood: false, chunks: 1, firstToken: 20, firstContent: 20, lastToken: 20, finish: .absent, isCutShort: true,
                hasContent: false)),
        Example(
            name: "vLLM: an error object in the middle, then [DONE]",
            events: [
                openAI(#"{"content":"a"}"#), #"{"error":{"message":"boom","type":"InternalServerError","code":500}}"#, "[DONE]",
            ],
            expected: Expected(
                isGood: false, chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10, finish: .absent, hasError: true)),
        Example(
            name: "OpenRouter: an error in the choice", events: [openAI(#"{"content":""}"#, finish: #""error""#), "[DONE]"],
            expected: Expected(isGood: false, finish: .error, hasError: true, hasContent: false)),
        Example(
            name: "an event that stops inside an object", events: [openAI(#"{"content":"a"}"#), #"{"choices":[{"del"#, "[DONE]"],
            expected: Expected(
                isGood: false, chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10, finish: .absent, hasContent: false)),
        Example(
            name: "no chunk but usage", events: [#"{"choices":[],"usage":\#(usage)}"#, "[DONE]"],
            expected: Expected(
                isGood: false, finish: .absent, promptTokens: 9, completionTokens: 2, hasContent: false)),
        Example(
            name: "what comes after [DONE] is nothing", events: [openAI(#"{"content":"a"}"#, finish: #""stop""#), "[DONE]", "{"],
            expected: Expected(chunks: 1, firstToken: 10, firstContent: 10, lastToken: 10)),
        Example(name: "no event", events: [], expected: Expected(isGood: false, firstEvent: -1, finish: .absent, hasContent: false)),
    ]

    private static func isSuccess(_ facts: AnswerFacts) -> Bool {
        var record = RunRecord()
        record.status = 200
        record.fill(facts, tokensAsked: -1)
        return record.isSuccess
    }

    private static func seen(_ events: [String]) -> Expected {
        var answer = StreamedAnswer()
        let setting = AnswerSetting()
        for (index, event) in events.enumerated() {
            Array(event.utf8).withUnsafeBytes { answer.take($0, isError: false, at: Int64(index + 1) * 10, setting) }
        }
        let facts = answer.end()
        let times = answer.times
        return Expected(
            isGood: isSuccess(facts), chunks: times.chunks, firstEvent: times.firstEvent, firstToken: times.firstToken,
            firstContent: times.firstContent, lastToken: times.lastToken, finish: facts.finishReason,
            promptTokens: facts.promptTokens, completionTokens: facts.completionTokens, reasoningTokens: facts.reasoningTokens,
            isCutShort: facts.isCutShort, hasError: facts.hasError || facts.hasFailedChoice, hasContent: facts.hasContent)
    }

    @Test func eachServersStreamsAreRead() {
        for example in Self.examples { #expect(Self.seen(example.events) == example.expected, "\(example.name)") }
    }

    @Test func anEventOfTypeErrorIsAnErrorWhateverItHolds() {
        var answer = StreamedAnswer()
        Array(#"{"message":"overloaded"}"#.utf8).withUnsafeBytes { answer.take($0, isError: true, at: 1, AnswerSetting()) }
        #expect(answer.end().hasError && !Self.isSuccess(answer.end()))
    }

    @Test func anotherModelIsNoticed() {
        for (model, isOther) in [("m", false), ("other", true)] {
            var answer = StreamedAnswer()
            Array(Self.openAI(#"{"content":"a"}"#).utf8).withUnsafeBytes {
                answer.take($0, isError: false, at: 1, AnswerSetting(model: Array(model.utf8)))
            }
            Array("[DONE]".utf8).withUnsafeBytes { answer.take($0, isError: false, at: 1, AnswerSetting()) }
            #expect(answer.end().isOtherModel == isOther)
        }
    }

    /// llama.cpp says it beside the usage, in the last chunk.
    @Test func cachedTokensAreReadWhereverTheyStand() {
        for (rest, cached) in [
            (#","timings":{"cache_n":236,"prompt_n":1}"#, Int32(236)),
            (#","usage":{"prompt_tokens":9,"cached_tokens":5}"#, 5), ("", -1),
        ] {
            var answer = StreamedAnswer()
            for event in [Self.openAI(#"{"content":"a"}"#), Self.openAI("{}", finish: #""stop""#, rest: rest), "[DONE]"] {
                Array(event.utf8).withUnsafeBytes { answer.take($0, isError: false, at: 1, AnswerSetting()) }
            }
            var record = RunRecord()
            record.fill(answer.end(), tokensAsked: -1)
            #expect(record.cachedTokens == cached, "\(rest)")
        }
    }

    /// Chunks that are known by the one before are read as if they were not: with a blank before every other one none is.
    @Test func chunksKnownByTheirShapeAreReadAsOthers() {
        let texts = [
            #""a""#, #""b""#, #""""#, #""c""#, #""\\""#, #""d\"""#, #""é\n""#, "null", #""e""#, "7", #""f"g""#, "\"\u{1}\"", #"["x"]"#,
            #""h""#,
        ]
        let keys = ["content", "reasoning_content", "tool_calls", "other"]
        let rests = ["", "", "", #","usage":null"#, #","usage":{"completion_tokens":3}"#, #","error":"x""#]
        var draws: UInt64 = 0
        func draw(_ count: Int) -> Int {
            draws &+= SplitMix64.step
            return Int(SplitMix64.mix(draws) % UInt64(count))
        }
        for _ in 1...3000 {
            // Runs of one kind, as streams have them.
            var (key, rest) = (keys[0], "")
            let events = (1...12).map { _ in
                if draw(4) == 0 { key = keys[draw(keys.count)] }
                if draw(6) == 0 { rest = rests[draw(rests.count)] }
                let finish = draw(12) == 0 ? #""stop""# : "null"
                let text = texts[draw(draw(3) == 0 ? texts.count : 2)]
                return Self.openAI(#"{"\#(key)":\#(text)}"#, finish: finish, rest: rest)
            }
            #expect(Self.seen(events) == Self.seen(events.enumerated().map { $0 % 2 == 0 ? $1 : " " + $1 }), "\(events)")
        }
    }

    /// The same bytes before and behind, and more than a text between them.
    @Test func theTextOfAKnownChunkEndsWhereItSays() {
        let finish = #"c"},"finish_reason":"length","x":{"y":""#
        let events = ["a", "b", "b", finish, "d"].map {
            Self.openAI(#"{"content":"\#($0)"}"#).replacing(#","finish_reason":null"#, with: "")
        }
        let seen = Self.seen(events + ["[DONE]"])
        #expect(seen.chunks == 5 && seen.finish == .length && seen.isGood)
    }

    /// The reader as libcurl feeds it: the same facts wherever the bytes are cut, and the next answer knows nothing of it.
    @Test func factsDoNotDependOnWhereTheBytesAreCut() throws {
        let pool = ResponseBufferPool(responseLimit: 1 << 20)
        let reader = StreamReader(pool: pool, limit: 1 << 20, setting: AnswerSetting(), clock: RunClock())
        for example in Self.examples {
            let text = example.events.map { "data: \($0)\r\n\r\n" }.joined()
            let bytes = Array(text.utf8)
            func read(_ pieces: [ArraySlice<UInt8>]) throws -> (AnswerFacts, TokenTimes?) {
                for piece in pieces { Array(piece).withUnsafeBytes { #expect(reader.receive($0) == nil) } }
                let times = reader.tokenTimes()
                defer { reader.discard() }
                return (reader.read(isError: false), times)
            }
            let whole = try read([bytes[...]])
            #expect(whole.1?.chunks ?? 0 == example.expected.chunks, "\(example.name)")
            for cut in 1..<max(2, bytes.count) where cut < bytes.count {
                let parts = try read([bytes[..<cut], bytes[cut...]])
                #expect(parts.0 == whole.0 && parts.1?.chunks == whole.1?.chunks, "\(example.name), cut at \(cut)")
            }
            let single = try read(bytes.indices.map { bytes[$0...$0] })
            #expect(single.0 == whole.0 && single.1?.chunks == whole.1?.chunks, "\(example.name), byte by byte")
            #expect(reader.tokenTimes() == nil)
        }
    }

    @Test func oneDocumentIsReadAsAWholeAnswer() throws {
        let reader = StreamReader(
            pool: ResponseBufferPool(responseLimit: 1 << 20), limit: 1 << 20, setting: AnswerSetting(), clock: RunClock())
        let text = #"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"completion_tokens":4}}"#
        for byte in text.utf8 { [byte].withUnsafeBytes { #expect(reader.receive($0) == nil) } }
        #expect(reader.tokenTimes() == nil)
        let facts = reader.read(isError: false)
        #expect(Self.isSuccess(facts) && facts.completionTokens == 4)
        #expect(reader.read(isError: false).isEmpty)
    }
}
