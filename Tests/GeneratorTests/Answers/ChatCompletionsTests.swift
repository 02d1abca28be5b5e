// Answers, good and bad, as bytes.

import Testing

@testable import Generator

@Suite struct ChatCompletionsTests {
    static func facts(_ text: String) -> AnswerFacts {
        Array(text.utf8).withUnsafeBytes { ChatCompletions.read($0, AnswerSetting()) }
    }

    @Test func readsACompletion() {
        let facts = Self.facts(
            #"""
            {"id":"c1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",
            "content":"a \"quoted\" \\ \u00e9 text"},"finish_reason":"length"},{"index":1,"finish_reason":"stop"}],
            "usage":{"prompt_tokens":12,"completion_tokens":345,"total_tokens":357,"details":{"completion_tokens":1}}}
            """#)
        #expect(facts.parsed && facts.hasChoices)
        #expect(facts.finishReason == .length)
        #expect(facts.promptTokens == 12)
        #expect(facts.completionTokens == 345)
    }

    @Test(arguments: [
        "", "{", "}", "nul", "{\"choices\":[{}]", "{\"choices\":[{}]} x", "{'choices':[]}", "{\"a\":01}",
        "{\"a\":1.}", "{\"a\":+1}", "[1,]", "{\"a\":1,}", "\"\\x\"", "\"\\u12g4\"", "\"\u{1}\"", "<html>", "{\"a\" 1}",
        "[1 2]", "-", "1e", "tru",
    ])
    func refusesWhatIsNotJSON(text: String) {
        let facts = Self.facts(text)
        #expect(!facts.parsed && !facts.hasChoices)
    }

    @Test(arguments: [
        "{}", "[]", "null", "true", "\"text\"", "1", "-0.5e+10", " \n{ } \t", "{\"choices\":[]}",
        "{\"choices\":null}", "{\"choices\":\"abc\"}", "{\"choices\":{\"a\":1}}", "[{\"choices\":[{}]}]",
    ])
    func parsesWithoutChoices(text: String) {
        let facts = Self.facts(text)
        #expect(facts.parsed && !facts.hasChoices)
        #expect(facts.promptTokens == -1)
    }

    /// A number or a text that is one, finite and not negative. Where k6's script (§3.5) makes 0 of what is not said, there
    /// is none here; beyond 10⁸ is no count.
    @Test(
        arguments: [
            ("7", 7), ("\"7\"", 7), ("\" 7 \"", 7), ("0", 0), ("null", -1), ("\"\"", -1), ("\" \"", -1), ("true", -1), ("false", -1),
            ("-1", -1), ("\"x\"", -1), ("[]", -1), ("{}", -1), ("1e3", 1000), ("2.9", 2), ("100000000", 100_000_000),
            ("100000001", -2), ("123456789012345678901", -2), ("1e9", -2), ("\"1e9\"", -2), ("1e400", -1),
        ] as [(String, Int32)])
    func whatIsNotSaidIsNotZero(value: String, tokens: Int32) {
        let facts = Self.facts("{\"choices\":[{}],\"usage\":{\"completion_tokens\":\(value)}}")
        #expect(facts.parsed)
        #expect(facts.completionTokens == tokens)
        #expect(facts.promptTokens == -1)
    }

    @Test(arguments: [
        (#"{"message":{"content":"x"}}"#, true), (#"{"message":{"content":""}}"#, false),
        (#"{"message":{"content":null}}"#, false), (#"{"message":{}}"#, false), (#"{}"#, false), (#"7"#, false),
        (#"{"message":{"content":null,"tool_calls":[{"id":"1"}]}}"#, true),
        (#"{"message":{"content":"","tool_calls":[]}}"#, false),
        (#"{"message":{"content":null,"reasoning_content":"hm"}}"#, true), (#"{"text":"x"}"#, true),
        (#"{"text":""}"#, false), (#"{"message":{"refusal":"no","content":null}}"#, true), (#"{"message":"x"}"#, false),
    ])
    func seesWhetherAChoiceSaysAnything(choice: String, hasContent: Bool) {
        let facts = Self.facts(#"{"choices":[\#(choice)]}"#)
        #expect(facts.hasChoices)
        #expect(facts.hasContent == hasContent)
    }

    @Test(arguments: [
        (#""org/m""#, false), (#""org\/m""#, false), (#""org/other""#, true), (#""ORG/m""#, true), (#""""#, true),
        ("null", false), ("7", false),
    ])
    func comparesTheModelsName(answer: String, isOther: Bool) {
        let bytes = Array(#"{"model":\#(answer),"choices":[{}]}"#.utf8)
        let facts = bytes.withUnsafeBytes { ChatCompletions.read($0, AnswerSetting(model: Array("org/m".utf8))) }
        #expect(facts.parsed && facts.isOtherModel == isOther)
        #expect(!bytes.withUnsafeBytes { ChatCompletions.read($0, AnswerSetting()) }.isOtherModel)
    }

    @Test(arguments: [
        "{", "{\"choices\"", "{\"choices\":[{\"message\":{\"content\":\"some te", "[1,", "{\"a\":1", "{\"a\":-",
    ])
    func seesThatADocumentIsCutShort(text: String) {
        let facts = Self.facts(text)
        #expect(!facts.parsed && facts.isCutShort && !facts.isEmpty)
    }

    @Test(arguments: ["<html>", "{]", "busy", "{\"a\":1} x"])
    func doesNotTakeOtherTextsForCutShort(text: String) {
        #expect(!Self.facts(text).isCutShort)
        #expect(Self.facts("").isEmpty && !Self.facts("").isCutShort)
    }

    /// As deep as Go's encoding/json; brackets of one kind and of both in turn, across the words of the stack of bits.
    @Test(arguments: [1, 63, 64, 65, 127, 128, 129, 130, 1000, 9_990]) func nestingIsNoFault(depth: Int) {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]"), (#"{"a":[[["#, "]]]}")] {
            let count = max(1, depth / (open.filter { $0 == "[" || $0 == "{" }.count))
            let deep = String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
            #expect(Self.facts(#"{"a":\#(deep),"choices":[{}]}"#).hasChoices)
            #expect(!Self.facts(#"{"a":\#(deep)],"choices":[{}]}"#).parsed)
            #expect(!Self.facts(#"{"a":\#(deep.dropLast()),"choices":[{}]}"#).parsed)
        }
    }

    @Test func refusesBottomlessNesting() {
        #expect(!Self.facts(String(repeating: "[", count: 100_000)).parsed)
        #expect(!Self.facts(String(repeating: #"{"a":"#, count: 1_000_000)).parsed)
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(Self.facts(nested(10_000)).parsed && !Self.facts(nested(10_001)).parsed)
    }

    /// JavaScript's reading: the last of several, however it is written, of whatever type.
    @Test(arguments: [
        (#"{"choices":[{}],"ch\u006Fices":[]}"#, false), (#"{"ch\u006Fices":[],"choices":[{}]}"#, true),
        (#"{"choices":[{}],"choices":null}"#, false), (#"{"choices\u0000":[{}]}"#, false), (#"{"choices\t":[{}]}"#, false),
        (#"{"\u0063\u0068\u006f\u0069\u0063\u0065\u0073":[{}]}"#, true), (#"{"a":{"choices":[{}]}}"#, false),
        (#"{"cho\/ices":[{}]}"#, false), (#"{"choice\u0073x":[{}]}"#, false), (#"{"choices":[null]}"#, true),
    ])
    func keysAreWhatTheyMean(text: String, hasChoices: Bool) {
        #expect(Self.facts(text).parsed && Self.facts(text).hasChoices == hasChoices)
    }

    @Test(arguments: [
        (#"{"content":"x","content":""}"#, false), (#"{"content":"","c\u006fntent":"x"}"#, true),
        (#"{"content":"","refusal":"no"}"#, true), (#"{"refusal":"no","refusal":null,"content":null}"#, false),
        (#"{"tool_calls":[ ]}"#, false), (#"{"tool_calls":{ }}"#, false), (#"{"content":true}"#, false), (#"{"content":17}"#, false),
    ])
    func theLastOfSeveralContentsCounts(message: String, hasContent: Bool) {
        #expect(Self.facts(#"{"choices":[{"message":\#(message)}]}"#).hasContent == hasContent)
        #expect(!Self.facts(#"{"choices":[{"message":\#(message),"message":null}]}"#).hasContent)
    }

    @Test(arguments: [
        (#""error""#, FinishReason.error), (#""abort""#, .abort), (#""Timeout""#, .abort), (#""e\u0072ror""#, .error),
        (#""cancelled""#, .abort), (#""insufficient_system_resource""#, .error), (#""stop""#, .stop), (#""eos_token""#, .other),
        ("null", .absent), (#"{"type":"abort"}"#, .absent), (#""stop","finish_reason":"error""#, .error),
        (#""error","finish_reason":null"#, .absent),
    ])
    func finishReasonsThatMeanFailure(value: String, reason: FinishReason) {
        let facts = Self.facts(#"{"choices":[{"finish_reason":\#(value)}]}"#)
        #expect(facts.finishReason == reason && facts.hasFailedChoice == reason.isFailure && facts.hasChoices)
        var record = RunRecord()
        record.status = 200
        record.fill(facts, tokensAsked: -1)
        #expect(record.isSuccess == !reason.isFailure)
        record.status = 500
        #expect(!record.isSuccess)
    }

    /// What the enum has no name for keeps the server's own, as long as there is room and it is short.
    @Test func otherFinishReasonsKeepTheirText() {
        let setting = AnswerSetting()
        func facts(_ reason: String) -> AnswerFacts {
            Array(#"{"choices":[{"finish_reason":"\#(reason)"},{"finish_reason":"second"}]}"#.utf8)
                .withUnsafeBytes { ChatCompletions.read($0, setting) }
        }
        #expect(facts("stop").finishText == 0 && facts("error").finishText == 0)
        #expect(setting.texts[facts("eos\\u005ftoken").finishText] == "eos_token")
        #expect(setting.texts[facts(String(repeating: "x", count: 100)).finishText] == String(repeating: "x", count: 64))
        for index in 0..<1_000 { _ = facts("reason \(index)") }
        #expect(setting.texts.texts().count == 201 && setting.texts[facts("another").finishText] == TextTable.overflowText)
        #expect(setting.texts.index(of: "an error") == 201)
        var record = RunRecord()
        record.fill(facts("eos_token"), tokensAsked: -1)
        #expect(record.finishReason == .other && setting.texts[record.finishText] == "eos_token")
    }

    @Test(arguments: [
        (#"{"prompt_tokens_details":{"cached_tokens":7,"audio_tokens":1}}"#, Int32(7), Int32(-1)),
        (#"{"completion_tokens_details":{"x":{"reasoning_tokens":1},"reasoning_tokens":9},"prompt_tokens_details":null}"#, -1, 9),
        (#"{"prompt_tokens_details":[7],"completion_tokens_details":{}}"#, -1, -1),
        (#"{"cached_tokens":5,"reasoning_tokens":4}"#, 5, 4),
        (#"{"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":1}"#, 6, -1),
        (#"{"cache_read_input_tokens":8,"prompt_tokens_details":{"cached_tokens":3},"cached_tokens":9}"#, 3, -1),
        (#"{"prompt_tokens_details":{"cached_tokens":null},"cached_tokens":2}"#, 2, -1),
        (#"{"prompt_tokens_details":{"cached_tokens":100000001}}"#, -2, -1),
    ])
    func detailsOfTokens(usage: String, cached: Int32, reasoning: Int32) {
        let facts = Self.facts(#"{"choices":[{}],"usage":\#(usage)}"#)
        #expect(facts.cachedTokens == cached && facts.reasoningTokens == reasoning && facts.parsed)
    }

    /// llama.cpp says it beside the usage, which wins where it says it too.
    @Test(arguments: [("", Int32(236)), (#","prompt_tokens_details":{"cached_tokens":7}"#, 7)])
    func llamaSaysWhatItHadCached(details: String, cached: Int32) {
        let facts = Self.facts(
            #"{"choices":[{}],"timings":{"cache_n":236,"prompt_n":1,"prompt_ms":1.5},"usage":{"prompt_tokens":237\#(details)}}"#)
        var record = RunRecord()
        record.fill(facts, tokensAsked: -1)
        #expect(record.cachedTokens == cached && record.promptTokens == 237)
    }

    /// Whatever bytes arrive, reading ends and stays inside them (the sanitizers watch).
    @Test func survivesDamagedAnswers() {
        let good = Array(
            #"{"choices":[{"message":{"content":"x\u00e9y"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1.5e1}}"#
                .utf8)
        var random = SeededRandom(seed: 7, stream: 0)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.removeSubrange(at...)
                }
                if bytes.isEmpty { break }
            }
            let facts = bytes.withUnsafeBytes { ChatCompletions.read($0, AnswerSetting()) }
            if facts.hasChoices { #expect(facts.parsed) }
        }
    }
}
