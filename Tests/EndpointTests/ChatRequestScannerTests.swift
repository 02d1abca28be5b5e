import Foundation
import Testing

@testable import Endpoint

@Suite struct ChatRequestScannerTests {
    private func scan(_ text: String) throws -> ChatRequest { try scan(Array(text.utf8)) }

    private func scan(_ bytes: [UInt8]) throws -> ChatRequest {
        try bytes.withUnsafeBytes { try ChatRequestScanner.scan($0) }
    }

    @Test func readsWhatMatters() throws {
        let text =
            #" {"model":"org/m\"x","messages":[{"role":"system","content":"abcd"},{"role":"user","content":"efgh\n\u00e9"}],"#
            + #""max_tokens": 12 ,"temperature":1.5e-3,"stream":false,"ignore_eos":true,"x":{"max_tokens":[1,{"stream":true}]}} "#
        let request = try scan(text)
        #expect(request.maximumTokens == 12)
        #expect(request.ignoresEndOfSequence)
        #expect(request.promptBytes == 10)
        #expect(request.promptTokens == 3)
        #expect(request.failure == nil)
        let model = try #require(request.model)
        #expect(String(decoding: Array(text.utf8)[model], as: UTF8.self) == #"org/m\"x"#)
    }

    @Test func nullsAndAbsencesAreDefaults() throws {
        let request = try scan(
            #"{"messages":[{"role":"user"},{"content":null}],"max_tokens":null,"stream":null,"ignore_eos":null,"model":null,"n":null}"#
        )
        var expected = ChatRequest()
        expected.messages = 12..<46
        #expect(request == expected)
        #expect(request.promptTokens == 1)
    }

    @Test func readsPartsAndTheNewerKey() throws {
        let request = try scan(
            #"{"messages":[{"content":[{"type":"text","text":"abcdefgh"},{"type":"image_url","image_url":{"url":"x"}},7]}],"max_completion_tokens":7}"#
        )
        #expect(request.promptBytes == 8)
        #expect(request.maximumTokens == 7)
    }

    @Test(arguments: [
        (#""stream":true"#, true, ChatRequest.StreamUsage.unasked), (#""stream":true,"stream_options":null"#, true, .unasked),
        (#""stream":true,"stream_options":{}"#, true, .unasked),
        (#""stream":true,"stream_options":{"x":[{}],"include_usage":true}"#, true, .last),
        (#""stream_options":{"include_usage":true,"continuous_usage_stats":true},"stream":true"#, true, .every),
        (#""stream":true,"stream_options":{"include_usage":false,"continuous_usage_stats":true}"#, true, .unasked),
        (#""stream":false,"stream_options":{"include_usage":null}"#, false, .unasked),
    ])
    func readsTheWishForAStream(keys: String, isStreamed: Bool, usage: ChatRequest.StreamUsage) throws {
        let request = try scan(#"{"messages":[{}],\#(keys)}"#)
        #expect(request.isStreamed == isStreamed)
        #expect(request.streamUsage == usage)
    }

    @Test(arguments: [
        ("a [[fail:reset]] b", FailureMode.reset), ("[[x]] [[fail:status=429]]", .status(429)),
        ("[[[fail:hang]]]", .hang), ("[[fail:close]] [[fail:hang]]", .close), ("x [fail:reset]", nil), ("[[fail", nil),
    ])
    func readsTheMarker(prompt: String, mode: FailureMode?) throws {
        #expect(try scan(Harness.body(prompt)).failure == mode)
    }

    @Test func aMarkerOutsideThePromptIsNone() throws {
        #expect(
            try scan(#"{"messages":[{"role":"[[fail:reset]]","content":"x"}],"user":"[[fail:hang]]"}"#).failure == nil)
    }

    @Test(arguments: [
        (#"{"messages":[{}],"stream":1}"#, "stream"), (#"{"messages":[{}],"stream_options":[]}"#, "stream_options"),
        (#"{"messages":[{}],"stream_options":{"include_usage":1}}"#, "stream_options"), (#"{"messages":[{}],"n":2}"#, "n"),
        (#"{"messages":[]}"#, "messages"), (#"{"messages":{}}"#, "messages"), (#"{"messages":["x"]}"#, "messages"),
        (#"{}"#, "messages"), (#"{"messages":[{"content":5}]}"#, "messages"),
        (#"{"messages":[{}],"max_tokens":0}"#, "max_tokens"), (#"{"messages":[{}],"max_tokens":-3}"#, "max_tokens"),
        (#"{"messages":[{}],"max_tokens":1.5}"#, "max_tokens"), (#"{"messages":[{}],"max_tokens":"7"}"#, "max_tokens"),
        (#"{"messages":[{}],"max_tokens":99999999999999999999999}"#, "max_tokens"),
        (#"{"messages":[{}],"ignore_eos":1}"#, "ignore_eos"), (#"{"messages":[{}],"model":3}"#, "model"),
        (#"{"messages":[{"content":"[[fail:boom]]"}]}"#, "messages"),
        (#"{"messages":[{"content":"[[fail:reset]"}]}"#, "messages"),
    ])
    func refusesValues(text: String, parameter: String) {
        #expect {
            try scan(text)
        } throws: { error in
            (error as? ChatRequestError)?.parameter == parameter
        }
    }

    @Test(arguments: [
        "", " ", "[]", "null", "\"x\"", "{", "{\"messages\"", "{\"messages\":[{}]", "{\"messages\":[{}]}x",
        "{\"messages\":[{}],}", "{\"messages\":[{},]}", "{messages:[{}]}", "{\"messages\":[{}],\"a\":01}",
        "{\"messages\":[{}],\"a\":1.}", "{\"messages\":[{}],\"a\":-}", "{\"messages\":[{}],\"a\":tru}",
        "{\"messages\":[{}],\"a\":\"\\x\"}", "{\"messages\":[{}],\"a\":\"\\u12g4\"}",
        "{\"messages\":[{}],\"a\":\"\n\"}",
        "{\"messages\":[{}],\"max_tokens\":", "{\"messages\":[{}],\"stream\":", "{\"messages\":[{}],\"a\":\"",
        "{\"messages\":[{}]}\0",
    ])
    func refusesMalformedText(text: String) {
        #expect(throws: ChatRequestError.self) { try scan(text) }
    }

    @Test func deepNestingIsRefusedNotACrash() {
        let deep = #"{"messages":[{}],"a":"# + String(repeating: "[", count: 100_000)
        #expect(throws: ChatRequestError.self) { try scan(deep) }
    }

    /// Whatever the scanner accepts, Foundation's parser accepts too, for mutations of a good body.
    @Test func fuzz() {
        let good = Array(
            #"{"model":"m","messages":[{"role":"user","content":"a\n[[fail:reset]] \u00e9"}],"max_tokens":12,"stream":false,"stream_options":{"include_usage":true},"x":[1.5e3,true,null,{"y":{}}]}"#
                .utf8)
        var draws = DrawStream(seed: 11, sequence: 0, dimension: .failure)
        let alphabet = Array("{}[]\",:\\0123456789.eE+-truefalsnu \n\u{1}".utf8)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0...(draws.next() % 3) where !bytes.isEmpty {
                let index = Int(draws.next() % UInt64(bytes.count))
                switch draws.next() % 4 {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(alphabet[Int(draws.next() % UInt64(alphabet.count))], at: index)
                case 2: bytes = Array(bytes[..<max(1, index)])
                default: bytes[index] = alphabet[Int(draws.next() % UInt64(alphabet.count))]
                }
            }
            guard (try? scan(bytes)) != nil else { continue }
            let parsed = try? JSONSerialization.jsonObject(with: Data(bytes))
            if parsed == nil { Issue.record("accepted: \(String(decoding: bytes, as: UTF8.self))") }
        }
    }
}
