// Thresholds and `slo`: what is read, what is refused and in which words, in a scenario and on a command line.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct ThresholdTests {
    private func resolve(_ members: String, top: String = "") throws -> ResolvedRun {
        let scenario = #"{"executor":"constant-vus","stream":true\#(members.isEmpty ? "" : "," + members)}"#
        return try RunConfiguration.parse(#"{"scenario_definition":\#(scenario)\#(top.isEmpty ? "" : "," + top)}"#, file: "run_config.json")
            .resolve()
    }

    @Test func partsOfAnExpression() throws {
        let one = try #require(ThresholdExpression("  p(99.9)  <=2000.5 "))
        #expect(one.aggregation == .percentile(99.9) && one.comparison == .lessEqual && one.limit == 2000.5)
        #expect(one.holds(2000.5) && !one.holds(2000.6))
        let two = try #require(ThresholdExpression("count===3"))
        #expect(two.comparison == .strictlyEqual && two.holds(3) && !two.holds(2))
        #expect(try #require(ThresholdExpression("rate!=0")).holds(1))
    }

    @Test(
        arguments: [
            ("e2e_latency_ms", "e2e_latency_ms", nil), ("e2e_latency_ms{label:short}", "e2e_latency_ms", "short"),
            ("e2e_latency_ms{ label : \"a b\" }", "e2e_latency_ms", "a b"), ("m{label:a:b}", "m", "a:b"),
            ("http_req_duration{expected_response:true}", "http_req_duration{expected_response:true}", nil),
        ] as [(String, String, String?)])
    func selectors(text: String, metric: String, label: String?) throws {
        let parts = try #require(Threshold.parts(of: text))
        #expect(parts.metric == metric && parts.label == label)
    }

    @Test(arguments: ["", "m{", "m{label:short", "m{status:200}", "m{label}", "m{label:}", "{label:a}", "m}"])
    func noSelectors(text: String) { #expect(Threshold.parts(of: text) == nil) }

    @Test func everyFormIsRead() throws {
        let run = try resolve(
            #"""
            "thresholds":{"e2e_latency_ms":["p(95)<2000","avg<800"],"e2e_latency_ms{label:short}":"max<1",
            "success_rate":[{"threshold":"rate>0.99","abortOnFail":true,"delayAbortEval":"30s"}],"checks":null},
            "slo":{"ttft":"500ms","e2e":"10s"}
            """#)
        let thresholds = run.plan.objectives.thresholds
        #expect(thresholds.map(\.selector) == ["e2e_latency_ms", "e2e_latency_ms", "e2e_latency_ms{label:short}", "success_rate"])
        #expect(thresholds.map(\.abortOnFail) == [false, false, false, true] && thresholds[3].delayAbortEval == .seconds(30))
        #expect(run.plan.objectives.request == RequestObjective(firstToken: .milliseconds(500), endToEnd: .seconds(10)))
        #expect(run.plan.objectives.request?.text == "ttft 500ms, e2e 10s")
        // What the result keeps says the same.
        #expect(Objectives(resolvedScenario: run.resolvedScenario.canonical).request == run.plan.objectives.request)
        let again = try RunConfiguration.parse(
            #"{"scenario":"configured","scenario_definition":\#(run.resolvedScenario.json())}"#, file: "f"
        ).resolve()
        #expect(again.plan == run.plan)
    }

    @Test func aCommandLinesComeToTheScenarios() throws {
        let below = #""thresholds":{"a":["avg<1","max<2"],"b":["avg<3"]},"slo":{"e2e":"1s"}"#
        let run = try resolve(below, top: #""thresholds":{"a":["avg<9"]},"slo":{"ttft":"1s"}"#)
        #expect(run.plan.objectives.thresholds.map { "\($0.selector) \($0.expression.source)" } == ["b avg<3", "a avg<9"])
        #expect(run.plan.objectives.request == RequestObjective(firstToken: .seconds(1)))
    }

    @Test(arguments: [
        (#""thresholds":["p(95)<1"]"#, #"thresholds: ["p(95)<1"] is not accepted; expected metrics and their conditions, such as"#),
        (#""thresholds":{"a":["p(95)"]}"#, #"thresholds.a[0]: "p(95)" is not accepted; expected an aggregation (count,"#),
        (#""thresholds":{"a":["p(101)<1"]}"#, #"thresholds.a[0]: "p(101)<1" is not accepted"#),
        (#""thresholds":{"a":[]}"#, "thresholds.a: [] is not accepted; expected a list of conditions"),
        (#""thresholds":{"a":[{"abortOnFail":true}]}"#, "thresholds.a[0]: threshold is missing"),
        (
            #""thresholds":{"a":[{"threshold":"avg<1","abort":true}]}"#,
            "thresholds.a[0].abort: unknown key; accepted are threshold, abortOnFail"
        ),
        (#""thresholds":{"a":[{"threshold":"avg<1","delayAbortEval":"1s"}]}"#, "delayAbortEval is set without abortOnFail: true"),
        (#""thresholds":{"a{status:200}":["avg<1"]}"#, #"thresholds: "a{status:200}" is not accepted; expected a metric such as"#),
        (#""slo":{}"#, "slo: {} is not accepted; expected limits of a request"),
        (#""slo":{"e2el":"1s"}"#, "slo.e2el: unknown key; accepted are ttft, tpot, e2e"),
        (#""slo":{"e2e":"0s"}"#, #"slo.e2e: "0s" is not accepted"#),
    ])
    func refusals(members: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(members) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.exitCode == 104)
    }

    @Test func tokensNeedStreams() {
        let error = #expect(throws: ConfigurationError.self) {
            try RunConfiguration.parse(#"{"custom":{"executor":"constant-vus","slo":{"ttft":"1s"}}}"#, file: "f").resolve()
        }
        #expect(error?.description == "f: custom: slo: ttft 1s: ttft and tpot are of streams; set stream: true, or leave e2e alone")
    }

    @Test func options() throws {
        let json = try #require(
            try ObjectiveOptions.thresholds(["e2e_latency_ms: p(95)<2000", "e2e_latency_ms:avg<1", "m{label:x}: max < 3"]))
        #expect(json.json() == #"{"e2e_latency_ms":["p(95)<2000","avg<1"],"m{label:x}":["max < 3"]}"#)
        #expect(try ObjectiveOptions.thresholds([]) == nil)
        #expect(try ObjectiveOptions.request("ttft=500ms, e2e=10s").json() == #"{"ttft":"500ms","e2e":"10s"}"#)
        for text in ["p(95)<2000", "m{label:x} max<3", "m: p95<1", ": avg<1"] {
            let error = #expect(throws: ConfigurationError.self) { try ObjectiveOptions.thresholds([text]) }
            #expect(error?.description.hasPrefix("--threshold: \"\(text)\" is not accepted; expected METRIC: CONDITION") == true)
            #expect(error?.exitCode == 64)
        }
        for text in ["", "ttft", "ttft=5", "ttft=1s,ttft=2s", "latency=1s", "e2e=0s"] {
            #expect(throws: ConfigurationError.self) { try ObjectiveOptions.request(text) }
        }
    }
}
