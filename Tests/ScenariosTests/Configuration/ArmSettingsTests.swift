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

    /// Arms that take turns: each block is one part of as many as there are pairs, and the whole may take twice its time and the
    /// graceful stop of each block.
    @Test func blocksOfArmsThatTakeTurns() throws {
        let whole = try arms(#"{"arms":{"a":{},"b":{}}}"#)[0].plan
        let design = ArmDesign(design: .abba, pairs: 10)
        #expect(try design.plan(of: whole).executor == .constantVUs(vus: 2, duration: .seconds(1)))
        let longest = try design.longestPlan(of: whole)
        #expect(longest.executor.duration == .seconds(20) && longest.gracefulStop == .seconds(600))
        #expect(try ArmDesign().plan(of: whole) == whole && ArmDesign().longestPlan(of: whole) == whole)
        #expect { _ = try ArmDesign(design: .abba, pairs: 11).plan(of: whole) } throws: {
            "\($0)".contains("shorter than a second each")
        }
        var ramp = whole
        ramp.executor = .rampingVUs(startVUs: 0, stages: [], gracefulRampDown: .zero)
        #expect { _ = try ArmDesign(design: .abba).plan(of: ramp) } throws: { "\($0)".contains("has stages; use duet") }
    }

    @Test func theDesignIsWrittenAndRead() throws {
        let text = #"{"server_url":"http://s","scenario_definition":{"executor":"constant-vus","vus":2,"duration":"10s"}}"#
        var b = ArmOverrides()
        (b.maxTokens, b.model, b.body) = ("prompt", "other", .object([("top_p", .number("0.5"))]))
        let design = ArmDesign(design: .abba, cache: .nonce, pairs: 12, tolerance: 0.05)
        let written = try RunConfiguration.parse(text, file: "f").comparing(a: ArmOverrides(), b: b, design: design)
        let read = try RunConfiguration.parse(written.json(), file: "f")
        #expect(try read.armDesign() == design)
        let arm = try read.arms()[1].configuration.resolve()
        #expect(arm.maxTokens == .perPrompt && arm.model == "other" && arm.corpusOptions.bodyPatch?["top_p"] == .number("0.5"))
        #expect { _ = try RunConfiguration.parse(text.dropLast() + #","ab":{"design":"both"}}"#, file: "f").armDesign() } throws: {
            "\($0)".contains("ab.design: \"both\" is not accepted; expected duet, abba, aa")
        }
        for share in ["11", "-0.1", #""5%""#] {
            #expect {
                _ = try RunConfiguration.parse(text.dropLast() + #","ab":{"tolerance":\#(share)}}"#, file: "f").armDesign()
            } throws: {
                "\($0)".contains("ab.tolerance: \(share) is not accepted; expected a share from 0 to 10, such as 0.05 for 5 %")
            }
        }
        #expect { _ = try RunConfiguration.parse(text.dropLast() + #","ab":{"pairs":9}}"#, file: "f").armDesign() } throws: {
            "\($0)".contains("ab.pairs")
        }
    }

    @Test func aRunWithoutArmsHasNone() throws {
        let text = #"{"scenario_definition":{"executor":"constant-vus","vus":2,"duration":"10s"}}"#
        #expect(try RunConfiguration.parse(text, file: "f").arms().isEmpty)
    }

    @Test func whatCannotBeIsRefused() {
        #expect(message(#"{"arms":{"a":{}}}"#) == "run_config.json: ab.arms: no arm b")
        #expect(message(#"{}"#).contains("no arms; expected"))
        #expect(message(#"{"arms":{"a":{},"b":{},"c":{}}}"#).contains("ab.arms.c: unknown key; accepted are a, b"))
        let seed = message(#"{"arms":{"a":{"prompt_seed":3},"b":{}}}"#)
        #expect(seed.contains("ab.arms.a.prompt_seed: unknown key; accepted are server_url"))
        #expect(message(#"{"arms":{"a":{"max_tokens":0},"b":{}}}"#).contains("max_tokens"))
    }
}
