// A place for a nonce at the head of the first message, whatever form that has, and numbers that do not come twice.

import Base
import Scenarios
import Testing

@Suite struct PromptNonceTests {
    private func corpus(_ text: String, _ options: CorpusOptions = CorpusOptions(model: "m")) throws -> Corpus {
        try Array(text.utf8).withUnsafeBytes { (bytes) throws(ConfigurationError) in
            try Corpus.load(bytes: bytes, file: "prompts.json", options: options)
        }
    }

    private func body(_ corpus: Corpus, _ index: Int = 0) throws -> JSON { try JSON.parse(Array(corpus.body(at: index))) }

    private func content(_ body: JSON) -> JSON? { body["messages"]?.elements.first?["content"] }

    private static let blank = "[0000000000000000] "

    @Test func theFirstMessageBeginsWithIt() throws {
        let parts = #"{"messages":[{"role":"user","content":[{"type":"text","text":"part"}]}]}"#
        let plain = try corpus(#"[{"label":"s","content":"a \"quoted\" text"},\#(parts)]"#)
        let found = try plain.withNonces(file: "prompts.json")
        #expect(found.hasNonces && !plain.hasNonces && found.labels == ["s+nonce", "unlabelled+nonce"])
        #expect(try content(body(found)) == .string(Self.blank + "a \"quoted\" text"))
        #expect(try content(body(found, 1))?.elements.first?["text"] == .string(Self.blank + "part"))
        for index in 0...1 {
            // Nothing else differs.
            var bytes = Array(found.body(at: index))
            let place = found.nonceOffset(at: index)
            #expect(Array(bytes[place..<place + PromptNonce.width]) == Array(Self.blank.utf8))
            bytes.removeSubrange(place..<place + PromptNonce.width)
            #expect(bytes == Array(plain.body(at: index)))
        }
    }

    @Test func aSystemPromptIsTheFirstMessage() throws {
        let found = try corpus(#"[{"content":"user's"}]"#, CorpusOptions(model: "m", systemPrompt: "be brief")).withNonces(file: "f")
        #expect(try content(body(found)) == .string(Self.blank + "be brief"))
        let completions = CorpusOptions(
            model: "m", bodyPatch: .object([("messages", .null), ("prompt", .string("User: ${prompt}"))]))
        let prompt = try body(corpus(#"[{"content":"hi"}]"#, completions).withNonces(file: "f"))["prompt"]
        #expect(prompt == .string(Self.blank + "User: hi"))
    }

    @Test func whatHasNoTextIsRefused() throws {
        let image = try corpus(#"[{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}]"#)
        #expect { _ = try image.withNonces(file: "prompts.json") } throws: {
            "\($0)".contains("prompts.json: entry 0: its first message has no text") && "\($0)".contains("use another --cache")
        }
    }

    @Test func noTwoAreAlike() {
        var seen = Set<String>()
        for run in UInt64(1)...3 {
            for arm in UInt16(1)...2 {
                for pass in 0..<200 {
                    var text = Array(Self.blank.utf8)
                    text.withUnsafeMutableBytes { PromptNonce(run: run, arm: arm).write(pass: pass, to: $0) }
                    let written = String(decoding: text, as: UTF8.self)
                    #expect(written.hasPrefix("[") && written.hasSuffix("] ") && written.utf8.count == PromptNonce.width)
                    seen.insert(written)
                }
            }
        }
        #expect(seen.count == 1_200)
    }

    /// For a pass that only fills caches: every prompt, few tokens, nothing else changed.
    @Test func aCachePassAsksForFewTokens() throws {
        let found = try corpus(#"[{"label":"s","content":"one","max_tokens":500},{"content":"two","max_tokens":3}]"#).ofCachePass
        #expect(found.count == 2 && found.labels == ["s", "unlabelled"])
        #expect(try body(found)["max_tokens"] == .int(16) && body(found, 1)["max_tokens"] == .int(3))
        #expect(try content(body(found)) == .string("one"))
    }
}
