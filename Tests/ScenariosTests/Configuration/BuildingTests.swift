// The launcher's side: a scenario becomes SML's run_config.json, in its key order, and is read back the same.

import Foundation
import Base
import Scenarios
import Testing

@Suite struct BuildingTests {
    private func definition(_ json: String) throws -> ScenarioDefinition {
        ScenarioDefinition(name: "demo", value: try JSON.parse(json), origin: .file("./scenarios/demo.json"))
    }

    @Test func writesWhatSMLWrites() throws {
        let scenario = try definition(
            #"{"name":"demo","executor":"constant-vus","vus":20,"duration":"15m","think_time":"2","max_tokens":"2048"}"#)
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: "https://host/", apiKey: "clé", model: "org/m")
        #expect(
            configuration.json()
                == #"{"server_url":"https://host","api_key":"cl\u00e9","model":"org/m","scenario":"demo","#
                + #""scenario_definition":{"name":"demo","executor":"constant-vus","vus":20,"duration":"15m","#
                + #""think_time":"2","max_tokens":"2048"},"think_time":"2","max_tokens":"2048","request_timeout":null,"#
                + #""prompt_labels":null,"ignore_eos":null,"prompt_seed":1,"custom":null}"#)
    }

    @Test func overridesWin() throws {
        let scenario = try definition(
            #"{"executor":"constant-vus","think_time":0,"max_tokens":512,"ignore_eos":true,"prompt_seed":5,"prompt_labels":["a"]}"#)
        let plain = try RunConfiguration.build(scenario: scenario, serverURL: "http://h").resolve()
        #expect(plain.maxTokens == .fixed(512) && plain.corpusOptions.ignoreEOS && plain.plan.promptSeed == 5)
        #expect(plain.plan.thinkTime == .zero && plain.corpusOptions.promptLabels == ["a"])
        let changed = try RunConfiguration.build(
            scenario: scenario, serverURL: "http://h",
            overrides: RunOverrides(maxTokens: "prompt", ignoreEOS: false, promptSeed: 9, thinkTime: "1")
        ).resolve()
        #expect(changed.maxTokens == .perPrompt && !changed.corpusOptions.ignoreEOS && changed.plan.promptSeed == 9)
        #expect(changed.plan.thinkTime == .seconds(1))
    }

    @Test func warmUp() throws {
        let scenario = try definition(#"{"executor":"constant-vus","warmup":"30s"}"#)
        func resolved(_ option: String?) throws -> WarmUpRule {
            try RunConfiguration.build(scenario: scenario, serverURL: "http://h", overrides: RunOverrides(warmUp: option)).resolve().plan
                .warmUp
        }
        #expect(try resolved(nil) == .fixed(.seconds(30)) && resolved("none") == .fixed(.zero) && resolved("auto") == .automatic)
        #expect(throws: ConfigurationError.self) { try OptionValue.warmUp("30", option: "--loadtest-warmup") }
        let error = #expect(throws: ConfigurationError.self) { try resolved("never") }
        #expect(error?.description.contains("warmup: \"never\" is not accepted; expected auto, none, or") == true)
    }

    @Test func errorsNameTheScenarioFile() throws {
        let scenario = try definition(#"{"executor":"constant-vus","vus":"many"}"#)
        let configuration = try RunConfiguration.build(scenario: scenario, serverURL: "http://h")
        let error = #expect(throws: ConfigurationError.self) { try configuration.resolve() }
        #expect(error?.description.hasPrefix("./scenarios/demo.json: vus: \"many\" is not accepted; expected a whole") == true)
    }

    @Test func fileIsPrivateAndReadBack() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("run_config.json", "old and longer than nothing")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let scenario = try definition(#"{"executor":"constant-vus","description":"größer \"x\""}"#)
        let configuration = try RunConfiguration.build(scenario: scenario, serverURL: "http://h", apiKey: "k")
        try configuration.write(path: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let read = try RunConfiguration.read(path: path)
        #expect(read.root == configuration.root && read.json() == configuration.json())
        #expect(try read.resolve().plan == configuration.resolve().plan)
    }

    @Test func scalesStages() throws {
        let stages = [
            Stage(duration: .seconds(1), target: 1), Stage(duration: .zero, target: 5),
            Stage(duration: .seconds(2), target: 2), Stage(duration: .seconds(4), target: 3),
        ]
        let target = RequestTarget(url: "http://h")
        for executor in [
            Executor.rampingVUs(startVUs: 0, stages: stages, gracefulRampDown: .seconds(30)),
            .rampingArrivalRate(startRate: 1, timeUnit: .seconds(1), stages: stages, preAllocatedVUs: 1, maxVUs: 2),
            .constantVUs(vus: 3, duration: .seconds(7)),
            .constantArrivalRate(rate: 2, timeUnit: .seconds(1), duration: .seconds(7), preAllocatedVUs: 1, maxVUs: 2),
        ] {
            let plan = Plan(scenario: "s", executor: executor, target: target)
            for seconds in [1, 10, 86_400 * 365] {
                let scaled = try plan.scaled(toDuration: .seconds(seconds))
                #expect(scaled.executor.duration == .seconds(seconds))
                #expect(scaled.executor.name == executor.name && scaled.executor.maxVUs == executor.maxVUs)
            }
            #expect(try plan.scaled(toDuration: executor.duration) == plan)
            #expect(throws: ConfigurationError.self) { try plan.scaled(toDuration: .milliseconds(999)) }
        }
        let plan = Plan(
            scenario: "s", executor: .rampingVUs(startVUs: 0, stages: stages, gracefulRampDown: .zero), target: target)
        let scaled = [2, 0, 4, 8].enumerated().map { index, seconds in
            Stage(duration: .seconds(seconds), target: stages[index].target)
        }
        #expect(
            try plan.scaled(toDuration: .seconds(14)).executor
                == .rampingVUs(startVUs: 0, stages: scaled, gracefulRampDown: .zero))
        #expect(stages.map(\.target) == [1, 5, 2, 3])
    }

    /// What was typed reaches the run without the key, and nothing else of the configuration changes by it.
    @Test func theCommandIsKeptWithoutTheKey() throws {
        let scenario = try definition(#"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#)
        let typed = ["/opt/bin/sml", "loadtest", "run", "--x", "http://u:p@host/w?token=t", "sk-secret-1"]
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: "http://h", apiKey: "sk-secret-1", overrides: RunOverrides(command: typed))
        let resolved = try RunConfiguration.parse(configuration.json(), file: "x").resolve()
        #expect(resolved.command == ["sml", "loadtest", "run", "--x", "http://****:****@host/w?****", "****"])
        #expect(configuration.root["command"]?.elements.contains { $0.text?.contains("sk-") == true } == false)
        let without = try RunConfiguration.build(scenario: scenario, serverURL: "http://h", apiKey: "sk-secret-1").resolve()
        var same = resolved
        same.command = nil
        #expect(same == without)
        #expect(throws: ConfigurationError.self) {
            try RunConfiguration.parse(#"{"scenario_definition":{"executor":"constant-vus"},"command":[7]}"#, file: "x").resolve()
        }
    }
}
