// What differs between the runs of one plan: their seeds and labels, and nothing else.

import Base
import Testing

@testable import Scenarios

@Suite struct RepeatTests {
    private func resolved(_ scenario: String, seed: String = "7") throws -> ResolvedRun {
        let text =
            #"{"server_url": "http://h", "scenario": "s", "run_label": "l", "prompt_seed": \#(seed), "think_seed": 5, "custom": \#(scenario)}"#
        return try RunConfiguration.parse(text, file: "run_config.json").resolve()
    }

    @Test func eachRunHasItsOwnSeeds() throws {
        let run = try resolved(
            #"{"executor": "poisson-arrival-rate", "rate": 5, "duration": "10s", "preAllocatedVUs": 5, "maxVUs": 5, "arrivalSeed": 3}"#)
        #expect(run.repeated(1).plan == run.plan && run.repeated(1).runLabel == "l_run1")
        let third = run.repeated(3)
        #expect(third.plan.promptSeed == 9 && third.plan.thinkSeed == 7 && third.runLabel == "l_run3")
        #expect(third.seeds.prompt == 9 && third.seeds.think == 7)
        let fields = third.resolvedScenario
        #expect(fields["arrivalSeed"]?.integer == 5 && fields["prompt_seed"]?.integer == 9)
        // And nothing else.
        var same = third.plan
        (same.promptSeed, same.thinkSeed, same.executor) = (run.plan.promptSeed, run.plan.thinkSeed, run.plan.executor)
        #expect(same == run.plan)
    }

    @Test func theLastSeedIsFollowedByAnother() throws {
        let run = try resolved(#"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#, seed: "9007199254740992")
        #expect(run.repeated(2).plan.promptSeed == 9_007_199_254_740_993)
        #expect(run.repeated(2).plan.executor == run.plan.executor)
    }

    @Test func howMuchServesTheModelIsCarried() throws {
        let scenario = ScenarioDefinition(
            name: "s", value: try JSON.parse(#"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#), origin: .builtIn)
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: "http://h", overrides: RunOverrides(serverSize: ServerSize(replicas: 2, gpus: 8)))
        #expect(configuration.root["replicas"]?.integer == 2 && configuration.root["gpus"]?.integer == 8)
        #expect(try configuration.resolve().serverSize == ServerSize(replicas: 2, gpus: 8))
        let bad = #"{"scenario": "s", "gpus": 0, "custom": {"executor": "constant-vus", "vus": 1, "duration": "1s"}}"#
        #expect(throws: ConfigurationError.self) { try RunConfiguration.parse(bad, file: "c").resolve() }
    }
}
