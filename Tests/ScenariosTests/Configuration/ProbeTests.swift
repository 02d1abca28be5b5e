// `probe`: what is read, what of the load it takes over, and what it changes. The load itself stays byte for byte as it is.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct ProbeTests {
    private func resolve(_ scenario: String, top: String = "") throws -> ResolvedRun {
        try RunConfiguration.parse(
            #"{"model":"m","scenario_definition":{"executor":"constant-arrival-rate","rate":20,"duration":"90s"\#(scenario)}\#(top)}"#,
            file: "run_config.json"
        ).resolve()
    }

    private func body(_ run: ResolvedRun) throws -> String {
        let corpus = try Array(#"[{"content":"hi","max_tokens":400}]"#.utf8).withUnsafeBytes {
            try Corpus.load(bytes: $0, file: "test", options: run.corpusOptions)
        }
        return String(decoding: corpus.body(at: 0), as: UTF8.self)
    }

    @Test func theLoadIsAsWithout() throws {
        var run = try resolve(#","probe":{}"#)
        #expect(run.probe == Probe(rate: 1, maxTokens: 16))
        run.probe = nil
        #expect(try run == resolve("") && run == resolve(#","probe":null"#))
        #expect(try resolve("").probing == nil)
    }

    @Test func aProbeIsThinAndStreamsAsLongAsTheLoadRuns() throws {
        let run = try resolve(
            #","probe":{"rate":0.5,"max_tokens":"8"},"think_time":3,"initial_stagger":true,"prompt_seed":4,"stop_on":{"errors":"50% for 30s"},"on_429":"stop""#
        )
        let probe = try #require(run.probing)
        #expect(run.plan.faults.onTooManyRequests == .stop && probe.plan.faults == FaultPolicy())
        #expect(probe.plan.thinkTime == .zero && !probe.plan.initialStagger && probe.plan.promptSeed == 5)
        #expect(probe.plan.target.streams && !run.plan.target.streams)
        #expect(probe.plan.target.url == run.plan.target.url && probe.probe == nil)
        let arrivals = try #require(probe.plan.executor.arrivals)
        #expect(arrivals.count == 45 && probe.plan.executor.duration == .seconds(90))
        #expect(probe.plan.executor.maxVUs == 128)
        #expect(
            try body(probe)
                == #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":8,"temperature":1,"stream":true,"#
                + #""stream_options":{"include_usage":true}}"#)
        #expect(try body(run).hasSuffix(#""max_tokens":400,"temperature":1,"stream":false}"#))
        #expect(try run.scaled(toDuration: .seconds(10)).probing?.plan.executor.arrivals?.count == 5)
    }

    /// All that can be open at once, so that no request of it is dropped for want of a user.
    @Test func thereAreUsersForEveryRequestThatMayBeOpen() throws {
        let probe = try #require(try resolve(#","probe":{"rate":100},"request_timeout":"60s""#).probing)
        #expect(probe.plan.executor.maxVUs == 6001)
    }

    @Test func theBodysOwnLimitIsTheProbes() throws {
        let request = #","request":{"body":{"stream":false,"max_tokens":null,"max_completion_tokens":300,"top_p":0.5}}"#
        let probe = try #require(try resolve(#","probe":{}"# + request).probing)
        #expect(
            try body(probe)
                == #"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1,"stream":true,"#
                + #""stream_options":{"include_usage":true},"max_completion_tokens":16,"top_p":0.5}"#)
    }

    @Test func theResolvedScenarioResolvesToItself() throws {
        let run = try resolve(#","probe":{"rate":"0.25"}"#)
        #expect(run.resolvedScenario["probe"]?.json() == #"{"rate":0.25,"max_tokens":16}"#)
        let again = try RunConfiguration.parse(
            #"{"scenario":"configured","scenario_definition":\#(run.resolvedScenario.json())}"#, file: "f"
        ).resolve()
        #expect(again.probe == run.probe)
    }

    @Test(arguments: [
        (#","probe":true"#, "", "probe: true is not accepted; expected {rate: 1, max_tokens: 16}"),
        (#","probe":{"every":"1s"}"#, "", "probe.every: unknown key; accepted are rate, max_tokens"),
        (#","probe":{"rate":0}"#, "", "probe.rate: 0 is not accepted; expected requests per second from 0.01 to 100"),
        (#","probe":{"rate":"0x2"}"#, "", "probe.rate: \"0x2\" is not accepted"),
        (#","probe":{"rate":101}"#, "", "probe.rate: 101 is not accepted"),
        (#","probe":{"max_tokens":0}"#, "", "probe.max_tokens: 0 is not accepted; expected a whole number from 1 to 4096"),
        (#","probe":{"max_tokens":"prompt"}"#, "", "probe.max_tokens: \"prompt\" is not accepted"),
        (#","probe":{},"stream":true"#, "", "probe: is for a load that does not stream"),
        (#","probe":{}"#, #","stream":true"#, "leave one of the two out"),
    ])
    func whatIsNotAcceptedIsNamed(scenario: String, top: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { _ = try resolve(scenario, top: top) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}
