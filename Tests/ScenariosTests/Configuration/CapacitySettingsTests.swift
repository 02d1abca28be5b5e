// A search in a run configuration: what is read, what is refused, and the plan that each probe of it has.

import Base
import Testing

@testable import Scenarios

@Suite struct CapacitySettingsTests {
    private static func configuration(_ scenario: String, capacity: String = "{}", more: String = "") throws -> RunConfiguration {
        try RunConfiguration.parse(
            #"{"server_url": "http://h", "scenario": "s", "run_label": "l", "custom": \#(scenario), "capacity": \#(capacity)\#(more)}"#,
            file: "run_config.json")
    }

    private static let open =
        #"{"executor": "constant-arrival-rate", "rate": 30, "timeUnit": "1m", "duration": "10s", "preAllocatedVUs": 5, "maxVUs": 7}"#

    @Test func whatIsWrittenIsRead() throws {
        var settings = CapacitySettings()
        #expect(try Self.configuration(Self.open).capacity() == settings)
        settings.least = 0.5
        settings.most = 40
        settings.start = 2
        (settings.probe, settings.confirm, settings.longest, settings.confidence) = (.seconds(5), .seconds(20), .seconds(600), 0.9)
        #expect(try Self.configuration(Self.open).searching(settings).capacity() == settings)
        #expect(try Self.configuration(Self.open, capacity: "null").capacity() == nil)
        let aimed = try Self.configuration(Self.open).aimed(at: "http://other:1").resolve()
        #expect(aimed.plan.target.url.hasPrefix("http://other:1/"))
    }

    @Test(arguments: [
        (
            #"{"probes": "5s"}"#,
            "run_config.json: capacity.probes: unknown key; accepted are start, min, max, probe, confirm, confidence, max_duration"
        ),
        (#"{"probe": "10ms"}"#, "run_config.json: capacity.probe: \"10ms\" is not accepted"),
        (#"{"confidence": 1}"#, "run_config.json: capacity.confidence: 1 is not accepted; expected a number from 0.5 to 0.9999"),
        (#"{"min": 0}"#, "run_config.json: capacity.min: 0 is not accepted; expected a number from 0.001"),
        (#"{"min": 9, "max": 8}"#, "run_config.json: capacity: the least load, 9.0, is more than the most, 8.0"),
        (#"{"min": 9, "start": 8}"#, "run_config.json: capacity: the load to start with, 8.0, is not between"),
        (#"{"max_duration": "100s"}"#, "run_config.json: capacity: a search of 1m40s has no time for a probe of 1m15s"),
        (#"[]"#, "run_config.json: capacity: [] is not accepted; expected an object"),
    ]) func whatIsRefused(capacity: String, message: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.configuration(Self.open, capacity: capacity).capacity() }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func notBesideTwoArms() throws {
        let arms = #", "ab": {"arms": {"a": {}, "b": {}}}"#
        let error = #expect(throws: ConfigurationError.self) { try Self.configuration(Self.open, more: arms).capacity() }
        #expect(error?.description.contains("nothing beside two arms") == true)
    }

    /// The load as it was asked for, in the numbers that executors have.
    @Test(arguments: [12.5, 0.37, 20, 1_230, 0.0123, 100_000]) func aRateIsLoadedExactly(rate: Double) throws {
        let run = try Self.configuration(Self.open).resolve().probing(
            CapacityLoad(number: 3, load: rate, warmUp: .seconds(25), measured: .seconds(75), promptsBefore: 0), objectives: [])
        let arrivals = try #require(run.plan.executor.arrivals)
        #expect(abs(arrivals.rate(at: 0) / rate - 1) < 1e-9 && run.plan.executor.duration == .seconds(100))
        #expect(abs(Double(arrivals.count) - rate * 100) <= 1)
        // Whoever answers within a minute is not limited by users.
        #expect(run.plan.executor.maxVUs >= min(1_000_000, Int(rate * 60)) && run.plan.executor.maxVUs >= 7)
    }

    @Test func everyExecutorStandsStill() throws {
        let cases = [
            (Self.open, 0.5, "constant-arrival-rate"),
            (
                #"{"executor": "ramping-arrival-rate", "startRate": 4, "stages": [{"duration": "5s", "target": 2}, {"duration": "5s", "target": 9}]}"#,
                2, "constant-arrival-rate"
            ),
            (#"{"executor": "poisson-arrival-rate", "rate": 5, "duration": "10s"}"#, 5, "poisson-arrival-rate"),
            (
                #"{"executor": "poisson-arrival-rate", "startRate": 3, "stages": [{"duration": "5s", "target": 9}]}"#, 3,
                "poisson-arrival-rate"
            ),
            (#"{"executor": "constant-vus", "vus": 6, "duration": "5s"}"#, 6, "constant-vus"),
            (#"{"executor": "ramping-vus", "startVUs": 0, "stages": [{"duration": "5s", "target": 8}]}"#, 8, "constant-vus"),
        ]
        for (scenario, first, name) in cases {
            let run = try Self.configuration(scenario).resolve()
            #expect(run.plan.executor.firstLoad == first, "\(scenario)")
            let probe = try run.probing(
                CapacityLoad(number: 2, load: 11, warmUp: .seconds(1), measured: .seconds(3), promptsBefore: 5), objectives: [])
            #expect(probe.plan.executor.name == name && probe.plan.executor.duration == .seconds(4), "\(scenario)")
            #expect(probe.plan.executor.arrivals.map { abs($0.rate(at: 0) - 11) < 1e-9 } ?? (probe.plan.executor.maxVUs == 11))
            #expect(probe.runLabel == "l_probe2" && probe.plan.warmUp == .fixed(.seconds(1)))
            #expect(probe.plan.promptSeed == run.plan.promptSeed && probe.plan.thinkSeed == run.plan.thinkSeed + 1)
        }
        let random = try Self.configuration(cases[2].0).resolve()
        let seeds = try [1, 4].map { number in
            try random.probing(
                CapacityLoad(number: number, load: 5, warmUp: .zero, measured: .seconds(3), promptsBefore: 0), objectives: []
            )
            .resolvedScenario["arrivalSeed"]?.integer
        }
        #expect(seeds == [1, 4])
    }

    @Test func promptsGoOnWhereTheProbeBeforeEnded() {
        let whole = PromptOrder(count: 7, seed: 3)
        let later = PromptOrder(count: 7, seed: 3, after: 16)
        #expect((0..<20).map { later.prompt(forIteration: $0) } == (16..<36).map { whole.prompt(forIteration: $0) })
    }

    // MARK: Objectives

    private static func objectives(_ members: String) throws -> (asked: [String], implied: [String]) {
        let scenario = #"{"executor": "constant-vus", "vus": 1, "duration": "1s", "stream": true\#(members)}"#
        let found = try configuration(scenario).resolve().plan.capacityObjectives()
        func text(_ thresholds: [Threshold]) -> [String] { thresholds.map { "\($0.selector): \($0.expression.source)" } }
        return (text(found.asked), text(found.implied))
    }

    @Test func whatALoadMustMeet() throws {
        let latency = try Self.objectives(#", "thresholds": {"e2e_latency_ms": [{"threshold": "p(95)<2000", "abortOnFail": true}]}"#)
        // A server that fails at once is not fast.
        #expect(latency.asked == ["e2e_latency_ms: p(95)<2000"] && latency.implied == ["success_rate: rate>=0.99"])
        let good = try Self.objectives(#", "slo": {"ttft": "1s"}"#)
        #expect(good.asked == ["goodput.share: rate>=0.95"] && good.implied == [])
        let own = try Self.objectives(#", "slo": {"ttft": "1s"}, "thresholds": {"goodput.share": ["rate>0.5"]}"#)
        #expect(own.asked == ["goodput.share: rate>0.5"] && own.implied == [])
        #expect(try Self.objectives(#", "thresholds": {"http_req_failed": ["rate<0.2"], "ttft_ms": ["med<5"]}"#).implied == [])
    }

    @Test(arguments: [
        ("", "there is nothing that the server must come up to; give --threshold 'e2e_latency_ms: p(95)<2000' or --slo e2e=10s"),
        (
            #", "thresholds": {"e2e_latency_ms": ["max<2000"]}"#,
            "thresholds: e2e_latency_ms: max<2000: no load can be confirmed to meet this"
        ),
        (#", "thresholds": {"e2e_latency_ms": ["p(95)==2000"]}"#, "thresholds: e2e_latency_ms: p(95)==2000: no load can be confirmed"),
        (#", "thresholds": {"http_reqs": ["count>2000"]}"#, "thresholds: http_reqs: count>2000: no load can be confirmed to meet this"),
    ]) func whatNoLoadCanBeConfirmedToMeet(members: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try Self.objectives(members) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
}
