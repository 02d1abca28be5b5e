// Two arms in one run configuration: each is the rest of it with its own settings over it, and resolves by the same rules.

import Base
import Scenarios
import Testing

@Suite struct ArmSettingsTests {
    private func arms(_ ab: String, scenario members: String = "") throws -> [ResolvedRun] {
        let text = """
            {"server_url":"http://common","api_key":"common-key","model":"m","max_tokens":64,"ab":\(ab),
            "scenario_definition":{"executor":"constant-vus","vus":2,"duration":"10s"\(members)}}
            """
        return try RunConfiguration.parse(text, file: "run_config.json").arms().map { try $0.configuration.resolve() }
    }

    private func message(_ ab: String) -> String {
        do {
            _ = try arms(ab)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func anArmIsTheRestWithItsOwnOverIt() throws {
        let found = try arms(
            #"""
            {"arms": {"b": {"server_url":"http://b","api_key":"key-b","model":"other","max_tokens":32,"ignore_eos":true,
              "request":{"body":{"temperature":0.5},"headers":{"X-B":"1"}}}, "a": {"server_url":"http://a"}}}
            """#,
            scenario: #","request":{"body":{"top_p":0.9,"temperature":0}}"#)
        #expect(found.count == 2)
        let (a, b) = (found[0], found[1])
        #expect(a.plan.target.url == "http://a/v1/chat/completions" && b.plan.target.url == "http://b/v1/chat/completions")
        #expect(a.plan.target.apiKey == "common-key" && b.plan.target.apiKey == "key-b")
        #expect(a.model == "m" && b.model == "other" && a.maxTokens == .fixed(64) && b.maxTokens == .fixed(32))
        #expect(!a.corpusOptions.ignoreEOS && b.corpusOptions.ignoreEOS)
        #expect(a.plan.target.headers.isEmpty && b.plan.target.headers.map(\.name) == ["X-B"])
        #expect(a.corpusOptions.bodyPatch?["temperature"] == .number("0") && b.corpusOptions.bodyPatch?["temperature"] == .number("0.5"))
        #expect(b.corpusOptions.bodyPatch?["top_p"] == .number("0.9"))
        #expect(a.plan.executor == b.plan.executor && a.plan.promptSeed == b.plan.promptSeed)
    }

    @Test func aRunWithoutArmsHasNone() throws {
        let text = #"{"scenario_definition":{"executor":"constant-vus","vus":2,"duration":"10s"}}"#
        #expect(try RunConfiguration.parse(text, file: "f").arms().isEmpty)
    }

    @Test func whatCannotBeIsRefused() {
        #expect(message(#"{"arms":{"a":{}}}"#) == "run_config.json: ab.arms: no arm b")
        #expect(message(#"{}"#).contains("no arms; expected"))
        #expect(message(#"{"arms":{"a":{},"b":{},"c":{}}}"#).contains("ab.arms.c: unknown key; accepted are a, b"))
        #expect(message(#"{"arms":{"a":{"prompt_seed":3},"b":{}}}"#).contains("ab.arms.a.prompt_seed: unknown key; accepted are server_url"))
        #expect(message(#"{"arms":{"a":{"max_tokens":0},"b":{}}}"#).contains("max_tokens"))
    }
}
