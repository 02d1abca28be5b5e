// `on_429`, `stop_on` and `response_limit`: what is read, what is refused and in which words.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct FaultSettingsTests {
    private func resolve(_ members: String) throws -> ResolvedRun {
        let scenario = #"{"executor":"constant-vus"\#(members.isEmpty ? "" : "," + members)}"#
        return try RunConfiguration.parse(#"{"scenario_definition":\#(scenario)}"#, file: "run_config.json").resolve()
    }

    @Test func defaultsChangeNothing() throws {
        let run = try resolve("")
        #expect(run.plan.faults == FaultPolicy())
        #expect(run.plan.target.responseLimit == 67_108_864)
    }

    @Test func everyKeyIsRead() throws {
        let run = try resolve(
            #""on_429":"pause","stop_on":{"errors":"12.5% for 1m30s"},"response_limit":"1048576""#)
        #expect(run.plan.faults.onTooManyRequests == .pause)
        #expect(run.plan.faults.errorLimit == ErrorLimit(share: 0.125, window: .seconds(90)))
        #expect(run.plan.target.responseLimit == 1_048_576)
        #expect(try resolve(#""on_429":"stop","stop_on":{}"#).plan.faults == FaultPolicy(onTooManyRequests: .stop))
        #expect(try resolve(#""on_429":null,"stop_on":null,"response_limit":null"#).plan == resolve("").plan)
    }

    @Test func theResolvedScenarioResolvesToItself() throws {
        let run = try resolve(#""on_429":"stop","stop_on":{"errors":"50% for 30s"},"response_limit":2048"#)
        let again = try RunConfiguration.parse(
            #"{"scenario":"configured","scenario_definition":\#(run.resolvedScenario.json())}"#, file: "f"
        ).resolve()
        #expect(again.plan == run.plan)
        #expect(run.resolvedScenario["stop_on"]?["errors"] == .string("50% for 30s"))
    }

    @Test(arguments: [
        (#""on_429":"wait""#, "on_429: \"wait\" is not accepted; expected one of count, pause, stop"),
        (#""on_429":true"#, "on_429: true is not accepted; expected one of count, pause, stop"),
        (#""stop_on":"50% for 30s""#, "stop_on: \"50% for 30s\" is not accepted; expected {errors: \"50% for 30s\"}"),
        (#""stop_on":{"error":"50% for 30s"}"#, "stop_on.error: unknown key; accepted are errors"),
        (#""response_limit":1023"#, "response_limit: 1023 is not accepted; expected a whole number of bytes"),
        (#""response_limit":"64MB""#, "response_limit: \"64MB\" is not accepted; expected a whole number of bytes"),
    ])
    func wrongValuesAreNamed(members: String, message: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(members) }
        #expect(error?.exitCode == 104)
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "50%", "50 for 30s", "50% in 30s", "0% for 30s", "101% for 30s", "-1% for 30s", "x% for 30s", "% for 30s",
        "50% for 30", "50% for 999ms", "50% for ever", "50% for 30s now", "", "nan% for 30s", "50 % for 30s",
    ])
    func wrongLimitsAreRefused(text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(#""stop_on":{"errors":"\#(text)"}"#) }
        #expect(
            error?.description.contains("stop_on.errors") == true
                && error?.description.contains("such as \"50% for 30s\"") == true)
    }

    @Test func corporaKnowWhatAnswersMustBe() throws {
        func corpus(_ options: CorpusOptions) throws -> Corpus {
            try Array(#"[{"content":"a","max_tokens":7},{"content":"b"}]"#.utf8).withUnsafeBytes {
                try Corpus.load(bytes: $0, file: "test", options: options)
            }
        }
        let free = try corpus(CorpusOptions(model: "m"))
        #expect(free.model == "m" && free.tokensAsked(at: 0) == -1)
        let own = try corpus(CorpusOptions(ignoreEOS: true))
        #expect(own.model == nil && own.tokensAsked(at: 0) == 7 && own.tokensAsked(at: 1) == -1)
        let fixed = try corpus(CorpusOptions(maxTokens: .fixed(9), ignoreEOS: true))
        #expect(fixed.tokensAsked(at: 0) == 9 && fixed.tokensAsked(at: 1) == 9)
        let patched = try corpus(
            CorpusOptions(
                model: "m", ignoreEOS: true, bodyPatch: try JSON.parse(#"{"model":"other","max_tokens":3}"#)))
        #expect(patched.model == "other" && patched.tokensAsked(at: 0) == -1)
    }
}
