// `stream`: where it may stand, what wins, and what it does to the body. All other bytes stay as they are.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct StreamSettingTests {
    private func resolve(_ scenario: String, top: String = "") throws -> ResolvedRun {
        try RunConfiguration.parse(
            #"{"model":"m","scenario_definition":{"executor":"constant-vus"\#(scenario)}\#(top)}"#, file: "run_config.json"
        ).resolve()
    }

    private func body(_ run: ResolvedRun) throws -> String {
        let corpus = try Array(#"[{"content":"hi","max_tokens":4}]"#.utf8).withUnsafeBytes {
            try Corpus.load(bytes: $0, file: "test", options: run.corpusOptions)
        }
        return String(decoding: corpus.body(at: 0), as: UTF8.self)
    }

    @Test func whatIsNotStreamedIsTheDefault() throws {
        for run in [try resolve(""), try resolve(#","stream":false"#), try resolve(#","stream":null"#)] {
            #expect(!run.plan.target.streams && !run.corpusOptions.streams)
            #expect(
                try body(run)
                    == #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":4,"temperature":1,"stream":false}"#)
        }
    }

    @Test func twoMembersOfTheBodyChange() throws {
        let run = try resolve(#","stream":true,"ignore_eos":true"#)
        #expect(run.plan.target.streams)
        #expect(
            try body(run)
                == #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":4,"temperature":1,"stream":true,"#
                + #""stream_options":{"include_usage":true},"ignore_eos":true}"#)
    }

    @Test func theRunsKeyWinsAndTheOptionOverBoth() throws {
        #expect(try resolve(#","stream":true"#, top: #","stream":false"#).plan.target.streams == false)
        #expect(try resolve("", top: #","stream":true"#).plan.target.streams)
        let scenario = ScenarioDefinition(
            name: "demo", value: try JSON.parse(#"{"executor":"constant-vus","stream":true}"#), origin: .file("demo.json"))
        for (option, streams) in [(nil, true), (false, false), (true, true)] {
            let built = try RunConfiguration.build(
                scenario: scenario, serverURL: "http://h", overrides: RunOverrides(stream: option))
            #expect(try built.resolve().plan.target.streams == streams)
            // What SML's launcher does not write stays out unless it was asked for.
            #expect((built.root["stream"] != nil) == (option != nil))
        }
    }

    @Test func requestIsMergedOverIt() throws {
        let own = try body(resolve(#","stream":true,"request":{"body":{"stream_options":{"chunk":1},"stream":true}}"#))
        #expect(own.contains(#""stream":true,"stream_options":{"include_usage":true,"chunk":1}"#))
        let without = try body(resolve(#","stream":true,"request":{"body":{"stream_options":null}}"#))
        #expect(without.hasSuffix(#""stream":true}"#))
    }

    @Test func theResolvedScenarioResolvesToItself() throws {
        let run = try resolve(#","stream":true"#)
        #expect(run.resolvedScenario["stream"] == .bool(true))
        let again = try RunConfiguration.parse(
            #"{"scenario":"configured","scenario_definition":\#(run.resolvedScenario.json())}"#, file: "f"
        ).resolve()
        #expect(again.plan.target.streams)
    }

    @Test(arguments: [
        (#","stream":"yes""#, "stream: \"yes\" is not accepted"),
        (
            #","request":{"body":{"stream":true}}"#,
            "request.body.stream: true is not accepted; expected false, as the key stream of the scenario says; set that one"
        ),
        (#","stream":true,"request":{"body":{"stream":false}}"#, "request.body.stream: false is not accepted; expected true"),
    ])
    func whatContradictsItselfIsRefused(scenario: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { _ = try resolve(scenario) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}
