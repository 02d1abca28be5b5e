// What is kept of what a server says: the essential, in one line, without secrets.

import Base
import Testing

@testable import Generator

@Suite struct ServerWordsTests {
    private func words(_ body: String, status: UInt16 = 400, secrets: [String] = []) -> String {
        Array(body.utf8).withUnsafeBytes { ServerWords.of($0, status: status, redactor: Redactor(secrets: secrets)) }
    }

    @Test func aShortBodyIsKeptAsItIsInOneLine() {
        #expect(words("{\n  \"detail\": \"Not Found\"\n}\n") == #"{ "detail": "Not Found" }"#)
        #expect(words("") == "")
        #expect(words(" \r\n\t ") == "")
    }

    @Test func nothingOfItIsAnOrderToATerminalOrASecret() {
        #expect(words("\u{1B}[31mbad\u{1B}[0m\u{7}\u{202E} key sk-canary-4711\u{0}", secrets: ["sk-canary-4711"]) == "bad key ****")
        #expect(words(#"{"error":"Authorization: Bearer abcdef"}"#).contains("abcdef") == false)
        // A secret that the limit would cut is hidden before.
        let text = words(String(repeating: "x", count: 290) + " sk-canary-4711-and-more", secrets: ["sk-canary-4711-and-more"])
        #expect(!text.contains("sk-") && text.utf8.count <= 300)
    }

    @Test func aLongBodyIsCutAtACharacter() {
        let text = words(String(repeating: "é", count: 1000))
        #expect(text.utf8.count <= 300 && text.utf8.count > 295 && text.hasSuffix("é…"))
    }

    @Test(arguments: [
        (#"{"id":"1","choices":[],"error":{"message":"out of memory","code":500}}"#, "out of memory"),
        (#"{"choices":[{"error":{"code":7,"message":"upstream said no"}}]}"#, "upstream said no"),
        (#"{"choices":[{"index":0}],"error":"text"}"#, "text"),
        (#"{"choices":[{"index":0}],"error":{"code":7}}"#, #"{"code":7}"#),
        (#"{"object":"error","message":"the model does not exist"}"#, "the model does not exist"),
        (#"{"choices":[]}"#, #"{"choices":[]}"#),
        ("<html><head><title>Welcome</title></head></html>", "<html><head><title>Welcome</title></head></html>"),
    ])
    func anAnswerWithStatus200IsSearched(body: String, expected: String) {
        #expect(words(body, status: 200) == expected)
    }

    @Test func aLongErrorIsItsMessage() {
        let message = "This model's maximum context length is 4096 tokens"
        let body = #"{"error":{"message":"\#(message)","trace":"\#(String(repeating: "x", count: 5000))"}}"#
        #expect(words(body) == message)
    }

    /// Of a stream the event that says so is kept, not the chunks before it.
    @Test(arguments: [false, true]) func anErrorInAStreamIsKept(isStream: Bool) {
        let setting = AnswerSetting()
        let reader = StreamReader(pool: ResponseBufferPool(responseLimit: 1 << 20), limit: 1 << 20, setting: setting, clock: RunClock())
        let error = #"{"error":{"message":"out of memory"}}"#
        let text = isStream ? "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: \(error)\n\n" : error
        for _ in 0..<2 {
            Array(text.utf8).withUnsafeBytes { #expect(reader.receive($0) == nil) }
            let facts = reader.read(isError: false)
            let words = reader.withReceived { setting.index(ofWords: $0, status: 200) }
            #expect(!facts.isSuccess && setting.texts[words] == "out of memory")
            reader.discard()
        }
        let nothing = reader.withReceived { setting.index(ofWords: $0, status: 200) }
        #expect(nothing == 0)
    }

    @Test func theFirstOfEachKindIsHeard() {
        var heard = HeardFailures()
        var record = RunRecord()
        record.status = 400
        let times = (0..<2).map { _ in heard.isNew(record) }
        #expect(times == [true, false])
        record.flags = .reportsFailure
        let other = heard.isNew(record)
        #expect(other)
        for status in 401..<600 {
            record.status = UInt16(status)
            _ = heard.isNew(record)
        }
        record.status = 999
        let late = heard.isNew(record)
        #expect(!late)
    }
}

@Suite struct ModelNameTests {
    @Test(arguments: [
        ("gpt-4o-2024-08-06", "gpt-4o"), ("gpt-4-0613", "gpt-4"), ("gemini-1.5-pro-002", "gemini-1.5-pro"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest"), ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet"),
        ("gpt-4o", "openai/gpt-4o"), ("gpt-4o-2024-08-06", "openai/gpt-4o"), ("/models/apertus", "apertus"),
        ("apertus", "/capstor/models/apertus"), ("llama3:latest", "llama3"),
    ])
    func isTheSame(answered: String, asked: String) { #expect(ModelName.isSame(answered, as: asked)) }

    @Test(arguments: [
        ("gpt-4o-mini", "gpt-4o"), ("gpt-4o-mini-2024-07-18", "gpt-4o"), ("other/apertus", "swiss-ai/apertus"), ("qwen-72", "qwen"),
        ("llama-3.1-8b", "llama-3.1-70b"), ("", "m"), ("m", ""), ("gpt-4", "gpt-4-0613"), ("gpt-4-0613", "gpt"),
        ("a/gpt-4o-2024-08-06", "b/gpt-4o"), ("apertus-8", "apertus"),
    ])
    func isAnother(answered: String, asked: String) { #expect(!ModelName.isSame(answered, as: asked)) }

    @Test func theNameThatAnsweredIsKept() {
        let setting = AnswerSetting(model: Array("gpt-4o".utf8))
        func facts(_ model: String) -> AnswerFacts {
            Array(#"{"model":"\#(model)","choices":[{"message":{"content":"x"}}]}"#.utf8).withUnsafeBytes {
                ChatCompletions.read($0, setting)
            }
        }
        #expect(!facts("gpt-4o").isOtherModel && !facts("gpt-4o-2024-08-06").isOtherModel)
        let other = facts("gpt-4o-mini")
        #expect(other.isOtherModel && setting.texts[other.modelText] == "gpt-4o-mini")
        var record = RunRecord()
        record.fill(other, tokensAsked: -1)
        #expect(record.flags.contains(.otherModel) && record.words == other.modelText)
    }
}
